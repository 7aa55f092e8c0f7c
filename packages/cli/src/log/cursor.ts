/** How far a reader of the log has come, in the log of flows and in that of networks. */
export interface Cursor {
  readonly flows: number;
  readonly networks: string;
}

export const beginning: Cursor = { flows: 0, networks: "0" };

export const cursorPattern: RegExp = /^(?:f(\d{1,15})\.n([\w~-]{1,2000})|\d{1,15})$/;

/** `f12.n40`, with places in networks elsewhere behind it (`f12.n40~scoring~13`); a number alone is a place in the log of flows, before which nothing of networks was seen. */
export function parseCursor(text: string): Cursor | undefined {
  const match = cursorPattern.exec(text);
  if (match === null) return undefined;
  const [, flows = text, networks = beginning.networks] = match;
  return { flows: Number(flows), networks };
}

export function writeCursor({ flows, networks }: Cursor): string {
  return `f${flows}.n${networks}`;
}
