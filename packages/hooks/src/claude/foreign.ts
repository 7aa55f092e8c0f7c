type Fields = Readonly<Record<string, unknown>>;

const cursorEvents = [
  "beforeShellExecution",
  "beforeMCPExecution",
  "beforeReadFile",
  "afterFileEdit",
  "beforeSubmitPrompt",
];
const geminiEvents = [
  "BeforeTool",
  "AfterTool",
  "BeforeAgent",
  "AfterAgent",
  "BeforeModel",
  "AfterModel",
  "PreCompress",
];

/** The agent whose own hook format a file is in, as far as it can be told apart; nothing for Claude Code's. */
export function foreignFormat(file: Fields): string | undefined {
  const { hooks } = file;
  if (typeof hooks !== "object" || hooks === null || Array.isArray(hooks)) return undefined;
  const events = Object.keys(hooks);
  if (events.some((event) => geminiEvents.includes(event))) return "Gemini CLI";
  if (events.some((event) => cursorEvents.includes(event))) return "Cursor";
  // Cursor and Copilot share the version number and the names in lower camel case; Copilot names its shells.
  const isLowerCase = events.length > 0 && events.every((event) => /^[a-z]/.test(event));
  if (!isLowerCase) return undefined;
  const handlers = Object.values(hooks).flatMap((list: unknown) => (Array.isArray(list) ? list : []));
  const isCopilot = handlers.some((handler) => hasKey(handler, "bash", "powershell", "timeoutSec", "type"));
  return isCopilot ? "GitHub Copilot" : "Cursor";
}

function hasKey(value: unknown, ...keys: readonly string[]): boolean {
  return typeof value === "object" && value !== null && keys.some((key) => key in value);
}
