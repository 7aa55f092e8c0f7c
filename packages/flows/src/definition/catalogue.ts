/** Names that can be asked for one by one and listed: a map or a set of them. */
export interface Names {
  has(name: string): boolean;
  keys(): Iterable<string>;
}

/** What the project offers. What is left out is not checked. */
export interface Catalogue {
  readonly nodes?: Names | undefined;
  readonly triggers?: Names | undefined;
  readonly hooks?: ReadonlySet<string> | undefined;
  /** Names of the project's flows. */
  readonly flows?: ReadonlySet<string> | undefined;
  /** Plugins have not been loaded: a name that is not known is a warning, for a plugin may bring it. */
  readonly isPartial?: boolean | undefined;
}
