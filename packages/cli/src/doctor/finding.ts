/** One thing that `pawl doctor` looked at. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to type. */
  readonly next?: string;
}
