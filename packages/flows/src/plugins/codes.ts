/** What can be wrong with a plugin; docs/reference/errors is made from it. */
export const pluginCodes = {
  "plugin-import": "A plugin could not be imported; nothing of it is used.",
  "invalid-plugin": "The default export of a plugin is not what `definePlugin` takes.",
  "invalid-step-hook": "A step hook is a class, or has neither `beforeExecute` nor `afterExecute`.",
  "duplicate-node": "Two sources define a node of the same name; the first is used.",
  "duplicate-trigger": "Two sources define a trigger of the same name; the first is used.",
  "plugins-not-loaded": "The project has plugins that a reading command does not import before `pawl trust`.",
} as const;

export type PluginCode = keyof typeof pluginCodes;
