import { type HttpAnswer, type HttpRequest, RateLimit } from "@pawl/flows";
import { messageOf } from "@pawl/hooks/diagnostics";
import { derivedCorrelationId, newCorrelationId } from "../envelope/correlation.ts";
import { isProgrammingError, refusedStatus, stackOf } from "../pod/refusal.ts";
import type { Accepted, Refused } from "../runtime/origin.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { Settled } from "../runtime/waiters.ts";
import { Deadlines } from "../schedule/deadlines.ts";
import type { OriginOptions, Pod } from "../topology/network.ts";
import { FullError, type Receipt, UnavailableError } from "../transport/transport.ts";
import { type AnswerCode, json, located, Refusal, retryLater } from "./answer.ts";
import { type BodyLimits, readBody } from "./read-body.ts";
import {
  authenticate,
  carriedHeaders,
  credentialsOf,
  hashOf,
  headersOf,
  idempotencyKeyOf,
  waitOf,
} from "./read-request.ts";

const bodyTimeoutMs = 10_000;
const injectTimeoutMs = 5_000;
const receiptMs = 24 * 3_600_000;

/** One request, read and found good. */
interface Asked {
  readonly request: HttpRequest;
  readonly payload: Parameters<RunningNetwork["send"]>[1]["payload"];
  readonly bodyHash: string;
  readonly waitMs: number | undefined;
  readonly key: string | undefined;
  readonly correlationId: string;
}

/** `POST /trigger` of one gateway. */
export class TriggerEndpoint {
  readonly #run: RunningNetwork;
  readonly #pod: Pod;
  readonly #origin: OriginOptions;
  readonly #limit: RateLimit | undefined;
  /** Requests with a key that are being answered: their twins wait for them. */
  readonly #open = new Map<string, Promise<unknown>>();
  /** Where its runs can be looked up. */
  readonly #runsPath: string;
  readonly #bodyLimits: BodyLimits;
  /** Not longer than a client can be asked to wait for an engine that does not answer. The hook has its own time. */
  readonly #sending: Deadlines;

  constructor(run: RunningNetwork, pod: Pod, runsPath: string) {
    this.#run = run;
    this.#pod = pod;
    this.#origin = pod.origin!;
    this.#runsPath = runsPath;
    this.#limit =
      pod.origin!.rateLimit === undefined ? undefined : new RateLimit(pod.origin!.rateLimit, () => run.clock.now());
    this.#bodyLimits = {
      maxBytes: Math.min(pod.origin!.maxBodyBytes, run.line.maxMessageBytes ?? Number.POSITIVE_INFINITY),
      deadlines: new Deadlines(run.clock, bodyTimeoutMs),
    };
    this.#sending = new Deadlines(run.clock, pod.hookTimeoutMs + injectTimeoutMs);
  }

  async handle(request: HttpRequest): Promise<HttpAnswer> {
    try {
      if (request.method !== "POST") {
        throw new Refusal(405, "method_not_allowed", "A gateway is triggered with POST.", { allow: "POST" });
      }
      const asked = await this.#read(request);
      return asked.key === undefined ? await this.#send(asked) : await this.#once(asked, asked.key);
    } catch (error) {
      return this.#refusal(error);
    }
  }

  async #read(request: HttpRequest): Promise<Asked> {
    const { clock } = this.#run;
    authenticate(request, this.#origin.auth);
    if (this.#limit?.take() === false) throw new Refusal(429, "busy", "Too many requests.", retryLater);
    const waitMs = waitOf(request);
    const key = idempotencyKeyOf(request);
    const { payload, text } = await readBody(request, this.#bodyLimits);
    const correlationId =
      key === undefined
        ? newCorrelationId(clock.now())
        : derivedCorrelationId("key", [this.#run.network.name, this.#pod.id, key]);
    return { request, payload, bodyHash: key === undefined ? "" : hashOf(text), waitMs, key, correlationId };
  }

  /** The same key again gives the first answer; two at once become one. */
  async #once(asked: Asked, key: string): Promise<HttpAnswer> {
    for (let twin = this.#open.get(key); twin !== undefined; twin = this.#open.get(key)) await twin.catch(() => {});
    const answered = this.#known(asked, key).then((known) => known ?? this.#send(asked));
    this.#open.set(key, answered);
    try {
      return await answered;
    } finally {
      this.#open.delete(key);
    }
  }

  async #known(asked: Asked, key: string): Promise<HttpAnswer | undefined> {
    const receipt = await this.#run.line.receipt(this.#pod.index, key);
    if (receipt === undefined) return undefined;
    if (receipt.body !== asked.bodyHash) {
      throw new Refusal(409, "idempotency_conflict", "This Idempotency-Key was used with another body.");
    }
    // Other credentials go through the hook, which may refuse them; what they send is known and not sent again.
    if (receipt.credentials !== credentialsOf(asked.request, this.#origin)) return undefined;
    return this.#answer(receipt.status, receipt.answer, receipt.correlationId);
  }

  async #send(asked: Asked): Promise<HttpAnswer> {
    const { request, payload, correlationId, waitMs } = asked;
    const settled = waitMs === undefined ? undefined : this.#run.waitFor(this.#pod.id, correlationId, waitMs);
    const receiptFor = (status: Accepted["status"]) => this.#receipt(asked, 202, acceptedBody(status, correlationId));
    const incoming = {
      payload,
      headers: headersOf(request),
      correlationId,
      isAwaited: waitMs !== undefined,
      carried: carriedHeaders(request, this.#origin),
      receiptFor: asked.key === undefined ? undefined : receiptFor,
    };
    let sent: Accepted | Refused;
    try {
      sent = await this.#inTime(this.#run.send(this.#pod.id, incoming));
    } catch (error) {
      if (settled !== undefined) this.#run.stopWaiting(correlationId);
      throw error;
    }
    if (settled === undefined) return this.#told(sent, asked);
    if (sent.status !== "accepted") {
      this.#run.stopWaiting(correlationId);
      return this.#told(sent, asked);
    }
    request.signal.addEventListener("abort", () => this.#run.stopWaiting(correlationId), { once: true });
    return this.#settled(await settled, asked);
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline = this.#sending.begin(() =>
        reject(new UnavailableError("Nothing could be made durable in time.")),
      );
      work.then(
        (done) => {
          this.#sending.end(deadline);
          resolve(done);
        },
        (error: unknown) => {
          this.#sending.end(deadline);
          reject(error);
        },
      );
    });
  }

  #told(sent: Accepted | Refused, asked: Asked): HttpAnswer | Promise<HttpAnswer> {
    if (sent.status === "refused") throw this.#hookRefusal(sent);
    if (sent.status === "duplicate") return this.#toldAgain(sent, asked);
    return this.#answer(202, acceptedBody(sent.status, sent.correlationId), sent.correlationId);
  }

  async #toldAgain(sent: Accepted, asked: Asked): Promise<HttpAnswer> {
    const first = asked.key === undefined ? undefined : await this.#run.line.receipt(this.#pod.index, asked.key);
    const body = first?.answer ?? acceptedBody("accepted", sent.correlationId);
    return this.#answer(first?.status ?? 202, body, sent.correlationId);
  }

  async #settled(settled: Settled | undefined, asked: Asked): Promise<HttpAnswer> {
    const { correlationId } = asked;
    const id = { id: correlationId, correlationId };
    if (settled === undefined) return this.#answer(202, JSON.stringify({ ...id, status: "pending" }), correlationId);
    const body = JSON.stringify({ ...id, status: "completed", ...settled });
    if (asked.key !== undefined) await this.#run.line.answer(this.#receipt(asked, 200, body));
    return this.#answer(200, body, correlationId);
  }

  #receipt(asked: Asked, status: number, answer: string): Receipt {
    return {
      pod: this.#pod.index,
      key: asked.key!,
      body: asked.bodyHash,
      credentials: credentialsOf(asked.request, this.#origin),
      correlationId: asked.correlationId,
      status,
      answer,
      until: this.#run.clock.now() + receiptMs,
    };
  }

  #answer(status: number, body: string, correlationId: string): HttpAnswer {
    return located(status, body, `${this.#runsPath}/${correlationId}`);
  }

  /** What the hook said no with: its words when they are meant for the caller, the log's when they are not. */
  #hookRefusal({ outcome, error }: Refused): Refusal {
    const asked = refusedStatus(error);
    if (asked !== undefined) return refusalOf(asked, messageOf(error));
    if (outcome.status === "cancelled") return new Refusal(503, "unavailable", "The network is stopping.", retryLater);
    if (outcome.status === "failed" && !isProgrammingError(error))
      return new Refusal(400, "rejected", messageOf(error));
    this.#run.log.error(`The hook of ${this.#pod.id} failed: ${messageOf(error)}`, { stack: stackOf(error) });
    return new Refusal(500, "hook_error", "The hook of this gateway has failed.");
  }

  #refusal(error: unknown): HttpAnswer {
    if (error instanceof Refusal) return error.toResponse();
    if (error instanceof FullError) return new Refusal(429, "busy", error.message, retryLater).toResponse();
    if (error instanceof UnavailableError)
      return new Refusal(503, "unavailable", error.message, retryLater).toResponse();
    this.#run.log.error(`A request to ${this.#pod.id} failed: ${messageOf(error)}`, { stack: stackOf(error) });
    return json(500, { error: { code: "hook_error", message: "The request could not be answered." } });
  }
}

const codes: Readonly<Record<number, AnswerCode>> = {
  401: "unauthorized",
  403: "forbidden",
  409: "conflict",
  422: "unprocessable",
};

function refusalOf(status: number, message: string): Refusal {
  const challenge: Record<string, string> = status === 401 ? { "www-authenticate": "Bearer" } : {};
  return new Refusal(status, codes[status] ?? "rejected", message, challenge);
}

/** Nothing in it has to be escaped. */
function acceptedBody(status: Accepted["status"], correlationId: string): string {
  return `{"id":"${correlationId}","correlationId":"${correlationId}","status":"${status}"}`;
}
