/** What can be wrong with a project as a whole; docs/reference/errors is made from it. */
export const projectCodes = {
  "duplicate-flow": "Two files define a flow of the same name; neither is used.",
  "unreadable-file": "A file or folder of the project cannot be read.",
  "config-import": "`pawl.config.*` could not be imported.",
  "invalid-config": "`pawl.config.*` holds something else than `defineConfig` takes.",
} as const;

export type ProjectCode = keyof typeof projectCodes;
