import type { NodeContext } from "../node.ts";

/** Scheme and host, with what ends the host: what follows cannot lead elsewhere. */
const wholeHost = /^https?:\/\/[^\s/?#\\]+[/?#\\]/i;

/** Whether the host of the input `url` is that of the flow's authors, and not made of what others have sent. */
export async function isOwnHost(url: string, context: NodeContext): Promise<boolean> {
  const prefix = (await context.ownPrefix("url")).trim();
  return prefix === url || (wholeHost.test(prefix) && url.startsWith(prefix));
}
