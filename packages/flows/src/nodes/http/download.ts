import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { replaceFile } from "../file/atomic.ts";
import { allowOutsideProject, path } from "../file/inputs.ts";
import { asNodeError, projectPath } from "../file/project-path.ts";
import { type NodeDefinition, NodeError, node, TransientError } from "../node.ts";
import { exchange, limited } from "./exchange.ts";
import { allowInternal, headers, plainHeaders, timeout, url } from "./inputs.ts";
import { isOwnHost } from "./own-host.ts";

const input = z.strictObject({
  url,
  dest: path,
  headers,
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "expected 64 hexadecimal digits")
    .optional(),
  timeout: timeout(300_000).describe("For the whole download. Default: 5m."),
  max_bytes: z
    .number()
    .int()
    .positive()
    .default(1024 ** 3)
    .describe("A longer answer fails the step. Default: 1 GiB."),
  allow_internal: allowInternal,
  allow_outside_project: allowOutsideProject,
});

type DownloadInput = z.infer<typeof input>;

/** Its output is the absolute path. The file appears whole, and only when its checksum is right. */
export const httpDownload: NodeDefinition<DownloadInput> = node({
  name: "http.download",
  description: "Saves what a URL answers, checked, as a whole file.",
  input,
  async run(given, context) {
    try {
      const target = await projectPath(context.projectDir, given.dest, { allowOutside: given.allow_outside_project });
      const allowsInternal = given.allow_internal || (await isOwnHost(given.url, context));
      const init = { headers: plainHeaders(given.headers) };
      const request = { url: given.url, init, timeoutMs: given.timeout, allowsInternal };
      await exchange(request, context, (response) => save(response, target, given));
      return target;
    } catch (error) {
      throw context.signal.aborted ? context.signal.reason : asNodeError(error, given.dest);
    }
  },
});

async function save(response: Response, target: string, given: DownloadInput): Promise<void> {
  if (!response.ok) {
    await response.body?.cancel();
    const Kind = response.status >= 500 ? TransientError : NodeError;
    throw new Kind(`${given.url} answered HTTP ${response.status}.`, { code: "http-status" });
  }
  const hash = createHash("sha256");
  await replaceFile(target, async (temporary) => {
    // Opened before the first byte: a stream that opens by itself may make the file after a failure has removed it.
    const file = await open(temporary, "wx");
    await pipeline(counted(response, given.max_bytes, hash), file.createWriteStream());
    const sum = hash.digest("hex");
    if (given.sha256 !== undefined && sum !== given.sha256.toLowerCase()) {
      throw new NodeError(`The file has the SHA-256 ${sum}; ${given.sha256} was expected.`, { code: "checksum" });
    }
  });
}

async function* counted(
  response: Response,
  maxBytes: number,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of limited(response, maxBytes)) {
    hash.update(chunk);
    yield chunk;
  }
}
