import type { HttpMount } from "@pawl/flows";
import { fireHook, formatForClaude, hookEvents, isHookEvent, type LoadedHooks } from "@pawl/hooks";
import { didYouMean } from "@pawl/hooks/diagnostics";

const maxBodyBytes = 8_388_608;

/** Where the hooks of today are: they change while the server runs. */
export interface HooksSource {
  readonly current: LoadedHooks;
}

/**
 * `POST /api/v1/hooks/EVENT`: the input as JSON, the verdict as JSON; `?format=claude` answers as an HTTP hook of Claude
 * Code does. `GET /api/v1/hooks`: the hooks, with what keeps them from running. The result takes both away.
 */
export function mountHooks(mount: HttpMount, hooks: HooksSource, options: { readonly cwd: string }): () => void {
  const undo = [
    mount.route("GET", "/api/v1/hooks", () => {
      const { hooks: known, diagnostics } = hooks.current;
      return Response.json({ hooks: known, diagnostics });
    }),
    mount.route("POST", "/api/v1/hooks/:event", (request, { params }) => {
      return fire(request, params.event ?? "", hooks.current, options.cwd);
    }),
  ];
  return () => {
    for (const remove of undo) remove();
  };
}

async function fire(request: Request, event: string, hooks: LoadedHooks, cwd: string): Promise<Response> {
  if (!isHookEvent(event))
    return problem(404, "unknown-event", `There is no event "${event}".${didYouMean(event, hookEvents)}`);
  const body = await readBody(request);
  if (body === undefined)
    return problem(413, "input-too-large", `The input is larger than ${maxBodyBytes / 1_048_576} MiB.`);
  let input: unknown;
  try {
    input = body.trim() === "" ? {} : JSON.parse(body);
  } catch (error) {
    return problem(
      400,
      "invalid-json",
      `The input is not valid JSON: ${error instanceof Error ? error.message : error}.`,
    );
  }
  const fired = await fireHook(hooks.registry, event, input, { cwd, signal: request.signal });
  if (!fired.ok) {
    const sentences = fired.diagnostics.filter((one) => one.severity === "error").map((one) => one.message);
    return problem(400, "invalid-input", sentences.join(" "), fired.diagnostics);
  }
  if (new URL(request.url).searchParams.get("format") !== "claude") return Response.json(fired.verdict);
  const { stdout } = formatForClaude(fired.verdict);
  return new Response(stdout || "{}", { headers: { "content-type": "application/json" } });
}

async function readBody(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** RFC 9457. */
function problem(status: number, code: string, detail: string, errors?: readonly object[]): Response {
  const body = { type: "about:blank", title: code, status, code, detail, ...(errors ? { errors } : {}) };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}
