import type { AskedInput, Flow, FlowInput, JsonObject, Question, WantedInput } from "@pawl/flows";
import { createLogger } from "@pawl/hooks/guard";
import type { Call } from "./command.ts";
import type { Collecting, Runtime } from "./runtime.ts";

/** Whether somebody sits there who can be asked. */
export function canAsk({ terminal, options }: Call): boolean {
  return terminal.isInteractive && process.stdin.isTTY === true && options.json !== true;
}

/** The inputs that were given, and those that the flow needs beside them, as far as somebody knows them. */
export async function completeInputs(
  call: Call,
  flow: Flow,
  given: JsonObject,
  collecting: Collecting,
): Promise<JsonObject> {
  const missing = Object.entries(flow.inputs).filter(
    ([name, input]) => input.required && input.default === undefined && !Object.hasOwn(given, name),
  );
  const found: JsonObject = {};
  for (const [name, input] of missing) {
    const wanted = wantedInput(flow, name, input);
    const value = (await collect(call, wanted, collecting))?.value ?? (await asked(call, wanted));
    if (value !== undefined) Object.assign(found, { [name]: value });
  }
  return { ...given, ...found };
}

function wantedInput(flow: Flow, name: string, { type, choices, description, secret }: FlowInput): WantedInput {
  const input: AskedInput = { type, required: true, ...(choices === undefined ? {} : { choices }) };
  return { kind: "run", flow: flow.name, name, message: description ?? name, input, secret, runId: undefined };
}

async function asked(call: Call, wanted: WantedInput) {
  if (!canAsk(call) || call.signal.aborted) return undefined;
  const { askForInput } = await import("./prompt-question.ts");
  return askForInput(wanted);
}

/** Answers what a step asks for. False when no collector knows. */
export async function answerByCollector(
  call: Call,
  question: Question,
  { store, ...collecting }: Collecting & Pick<Runtime, "store">,
): Promise<boolean> {
  const { kind, flow, recordId: name, runId, message } = question;
  if (kind !== "input" || collecting.inputCollectors.length === 0) return false;
  const text = typeof message === "string" ? message : JSON.stringify(message);
  const input = question.input ?? anything;
  const wanted: WantedInput = { kind: "step", flow, name, message: text, input, secret: input.secret === true, runId };
  const answer = await collect(call, wanted, collecting);
  if (answer === undefined) return false;
  const { sendInput } = await import("@pawl/flows");
  return sendInput(store, question, { value: answer.value, by: answer.by });
}

const anything: AskedInput = { type: "string", required: true };

async function collect(call: Call, wanted: WantedInput, { inputCollectors, projectDir }: Collecting) {
  if (inputCollectors.length === 0) return undefined;
  const { collectInput } = await import("@pawl/flows");
  const log = createLogger((level, message) => {
    if (level === "warn" || level === "error" || call.isVerbose) call.terminal.note(`${level}: ${message}`);
  });
  const { env, signal } = call;
  return collectInput(inputCollectors, wanted, { projectDir, env, signal, log, isInteractive: canAsk(call) });
}
