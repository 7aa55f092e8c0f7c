/** What can be wrong with a plugin; docs/reference/errors is made from it. */
export const pluginCodes = {
  "plugin-import": "A plugin could not be imported; nothing of it is used.",
  "plugin-harmful":
    "A plugin blocks, hangs, ends the process or takes too much memory while it is imported, seen in a process of its own; nothing of it is used.",
  "isolated-part":
    "A part of an isolated plugin would have to run where runs are; it is left out. An isolated plugin brings nodes.",
  "invalid-plugin": "The default export of a plugin is not what `definePlugin` takes.",
  "invalid-step-hook": "A step hook is a class, or has neither `beforeExecute` nor `afterExecute`.",
  "duplicate-node": "Two sources define a node of the same name; the first is used.",
  "duplicate-trigger": "Two sources define a trigger of the same name; the first is used.",
  "duplicate-function":
    "Two sources define a function for expressions of the same name, or one has the name of a function that Pawl has.",
  "duplicate-input-collector": "Two sources define an input collector of the same name; both are asked.",
  "plugin-not-installed": "A dependency that is named like a plugin is not in `node_modules`.",
  "plugin-version": "A plugin is made for another version of Pawl than this one.",
  "plugin-outdated": "A plugin package has changed on disk since it was imported; a restart takes it over.",
  "plugins-not-loaded": "The project has plugins that a reading command does not import before `pawl trust`.",
} as const;

export type PluginCode = keyof typeof pluginCodes;
