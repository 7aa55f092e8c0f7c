import { type OperationSource, type RouteHandler, type RouteOptions, RouteTakenError } from "@pawl/flows";

interface Route {
  readonly method: string;
  readonly path: string;
  readonly handler: RouteHandler;
  readonly options: RouteOptions;
}

/** A route as it was registered, for descriptions. */
export interface MountedRoute {
  /** `*` for any. */
  readonly method: string;
  readonly path: string;
  readonly operation: OperationSource | undefined;
}

/** Routes of one shape: the same literal segments, and parameters at the same places. */
interface Shape {
  readonly path: string;
  readonly segments: readonly string[];
  readonly byMethod: Map<string, Route>;
}

export type Found =
  | { readonly kind: "found"; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: "other-method"; readonly allowed: readonly string[] }
  | { readonly kind: "gone-now" }
  | { readonly kind: "none" };

const noParams: Readonly<Record<string, string>> = {};
/** A route that was removed so recently is probably being replaced: its senders are asked to come again. */
const replacingMs = 2_000;
const maxRemembered = 1_000;

/** Finds handlers by method and path. Routes come and go while it is in use. */
export class RouteTable {
  /** Paths without parameters, which are nearly all, by themselves. */
  readonly #literal = new Map<string, Shape>();
  readonly #patterns = new Map<string, Shape>();
  readonly #removedAt = new Map<string, number>();

  /** @throws RouteTakenError */
  add(method: string, path: string, handler: RouteHandler, options: RouteOptions = {}): () => void {
    const segments = path.split("/");
    const hasParams = segments.some((segment) => segment.startsWith(":"));
    const key = hasParams ? segments.map((segment) => (segment.startsWith(":") ? ":" : segment)).join("/") : path;
    const shapes = hasParams ? this.#patterns : this.#literal;
    const shape = shapes.get(key) ?? { path, segments, byMethod: new Map<string, Route>() };
    const taken = shape.byMethod.get(method);
    if (taken) throw new RouteTakenError(`${method} ${path} is registered already.`);
    shapes.set(key, shape);
    const route = { method, path, handler, options };
    shape.byMethod.set(method, route);
    this.#removedAt.delete(path);
    return () => {
      if (shape.byMethod.get(method) !== route) return;
      shape.byMethod.delete(method);
      if (shape.byMethod.size > 0) return;
      shapes.delete(key);
      this.#remember(path);
    };
  }

  find(method: string, path: string): Found {
    const shape = this.#literal.get(path);
    if (shape !== undefined) return answer(shape, method, noParams);
    if (this.#patterns.size > 0) {
      const segments = path.split("/");
      for (const pattern of this.#patterns.values()) {
        const params = match(pattern.segments, segments);
        if (params !== undefined) return answer(pattern, method, params);
      }
    }
    return this.#isBeingReplaced(path) ? { kind: "gone-now" } : { kind: "none" };
  }

  /** Every path, for suggestions. */
  paths(): string[] {
    return [...this.#literal.values(), ...this.#patterns.values()].map((shape) => shape.path);
  }

  /** Every route there is at the moment. */
  routes(): MountedRoute[] {
    const shapes = [...this.#literal.values(), ...this.#patterns.values()];
    return shapes.flatMap(({ byMethod }) =>
      [...byMethod.values()].map(({ method, path, options }) => ({ method, path, operation: options.operation })),
    );
  }

  #remember(path: string): void {
    this.#removedAt.set(path, performance.now());
    if (this.#removedAt.size > maxRemembered) this.#removedAt.delete(this.#removedAt.keys().next().value!);
  }

  #isBeingReplaced(path: string): boolean {
    const removedAt = this.#removedAt.get(path);
    if (removedAt === undefined) return false;
    if (performance.now() - removedAt < replacingMs) return true;
    this.#removedAt.delete(path);
    return false;
  }
}

function answer(shape: Shape, method: string, params: Readonly<Record<string, string>>): Found {
  const { byMethod } = shape;
  const route = byMethod.get(method) ?? byMethod.get("*") ?? (method === "HEAD" ? byMethod.get("GET") : undefined);
  if (route !== undefined) return { kind: "found", route, params };
  return { kind: "other-method", allowed: [...byMethod.keys()] };
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index]!;
    if (!expected.startsWith(":")) {
      if (expected !== segment) return undefined;
      continue;
    }
    const value = decoded(segment);
    if (value === undefined || value === "") return undefined;
    params[expected.slice(1)] = value;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
