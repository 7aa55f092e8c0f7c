/** How far a reader of a stream has come: everything before `seq`, and of what stands from there to `to` the first `done`. */
export interface StreamPlace {
  readonly seq: number;
  readonly to?: number;
  readonly done?: number;
}

export const beginning: StreamPlace = { seq: 0 };

/** `13`, or `12_15_3`. The beginning for anything else. */
export function parsePlace(text: string): StreamPlace {
  const match = /^(\d{1,15})(?:_(\d{1,15})_(\d{1,9}))?$/.exec(text);
  if (match === null) return beginning;
  const [seq, to, done] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return to >= seq && to - seq < mostAtOnce ? { seq, to, done } : { seq };
}

const mostAtOnce = 1_000;

export function writePlace({ seq, to, done }: StreamPlace): string {
  return to === undefined ? String(seq) : `${seq}_${to}_${done}`;
}
