import { type HttpMount, RouteTakenError } from "../../http/mount.ts";
import { type EmitterTrigger, type TriggerContext, TriggerError, trigger } from "../trigger.ts";
import { untilStopped } from "../until-stopped.ts";
import { type WebhookInput, webhookInput } from "./inputs.ts";
import { createReceiver } from "./receiver.ts";

const loopback = "127.0.0.1";

/** Every server accepts requests: what makes them one is the store behind. */
export const webhookReceive: EmitterTrigger<WebhookInput> = trigger({
  name: "webhook.receive",
  description: "When a request is sent to the flow's own path.",
  input: webhookInput,
  instances: "all",
  async listen(input, context, emit) {
    const { mount, close } = await openMount(input, context);
    const undo: (() => void)[] = [];
    try {
      const path = pathOf(input, context);
      const receiver = createReceiver(input, context, emit);
      const flow = context.flowName;
      for (const method of input.method) undo.push(addRoute(mount, { method, path, input, flow }, receiver));
      const shown = input.port === undefined ? path : `${mount.url}${path}`;
      context.describe(`${input.method.join(", ")} ${shown}${input.secret ? ", signed" : ""}`);
      await untilStopped(context.signal);
    } finally {
      for (const remove of undo) remove();
      await close();
    }
  },
});

function pathOf({ path, port }: WebhookInput, { flowName }: TriggerContext): string {
  const plain = path?.replace(/^\//, "");
  return port === undefined ? `/webhooks/${plain ?? encodeURIComponent(flowName)}` : `/${plain ?? "webhook"}`;
}

async function openMount(
  input: WebhookInput,
  context: TriggerContext,
): Promise<{ readonly mount: HttpMount; readonly close: () => Promise<void> }> {
  const { http, log } = context;
  if (http === undefined) throw new TriggerError("no-server", "A webhook needs the server that `pawl serve` runs.");
  if (input.port === undefined) return { mount: http.main, close: async () => {} };
  const host = input.host ?? loopback;
  const listener = await http.listen({ host, port: input.port }).catch((error: NodeJS.ErrnoException) => {
    // It may become free: the trigger tries again.
    throw error.code === "EADDRINUSE" ? new Error(`Port ${input.port} of ${host} is in use.`) : error;
  });
  if (host !== loopback && host !== "localhost" && host !== "::1" && input.secret === undefined) {
    log.warn(`Everybody who reaches ${listener.url} can start runs of ${context.flowName}: its webhook has no secret.`);
  }
  return { mount: listener, close: () => listener.close() };
}

function addRoute(
  mount: HttpMount,
  { method, path, input, flow }: { method: string; path: string; input: WebhookInput; flow: string },
  receiver: ReturnType<typeof createReceiver>,
): () => void {
  try {
    const operation = async () => (await import("./operation.ts")).webhookOperation(input, { flow, method, path });
    return mount.route(method, path, receiver, { authenticates: input.secret !== undefined, operation });
  } catch (error) {
    if (!(error instanceof RouteTakenError)) throw error;
    throw new TriggerError(
      "path-taken",
      `${method} ${path} belongs to another trigger. Give one of them another path.`,
    );
  }
}
