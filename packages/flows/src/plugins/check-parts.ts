const dottedName = /^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)+$/;
const plainName = /^[A-Za-z_]\w*$/;
const valueTypes = ["string", "number", "boolean", "list", "map", "any"];
const maxParameters = 8;

/** Why a value is no node or trigger; nothing when it is one. */
export function definitionProblem(value: unknown, methods: readonly string[]): string | undefined {
  const definition = asDefinition(value);
  if (typeof definition === "string") return definition;
  const { name } = definition;
  if (typeof name !== "string") return "has no name";
  if (!dottedName.test(name)) return `is named "${name}"; a name has the form namespace.action`;
  if (!methods.some((method) => typeof definition[method] === "function"))
    return `("${name}") has no ${methods.join(" or ")}()`;
  const input = definition.input as { "~standard"?: unknown } | undefined;
  if (input?.["~standard"] === undefined) return `("${name}") has no input schema; write input: z.object({ … })`;
  return undefined;
}

/** The same for an input collector. */
export function collectorProblem(value: unknown): string | undefined {
  const definition = asDefinition(value);
  if (typeof definition === "string") return definition;
  const { name, timeoutMs } = definition;
  if (typeof name !== "string" || name === "") return "has no name";
  if (typeof definition.collect !== "function") return `("${name}") has no collect()`;
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs > 0))
    return `("${name}") has a timeoutMs that is no number of milliseconds`;
  return undefined;
}

/** The same for a function of expressions. */
export function functionProblem(value: unknown): string | undefined {
  const definition = asDefinition(value);
  if (typeof definition === "string") return definition;
  const { name, parameters, returns = "any" } = definition;
  if (typeof name !== "string") return "has no name";
  if (!plainName.test(name)) return `is named "${name}"; the name of a function has letters, digits and underscores`;
  if (typeof definition.call !== "function") return `("${name}") has no call()`;
  if (!Array.isArray(parameters) || parameters.length > maxParameters)
    return `("${name}") has no list of up to ${maxParameters} parameters, such as ["string", "number"]`;
  const unknown = [...parameters, returns].find((type) => !valueTypes.includes(type));
  if (unknown !== undefined) return `("${name}") takes or gives a "${unknown}"; types are ${valueTypes.join(", ")}`;
  return undefined;
}

function asDefinition(value: unknown): Record<string, unknown> | string {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  return `is a ${value === null ? "null" : typeof value}, not a definition`;
}
