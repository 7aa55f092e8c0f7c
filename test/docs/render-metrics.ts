import { answerAt } from "./served-sample.ts";

const head = `# Metrics

\`GET /metrics\` answers in the text format of Prometheus. Counters begin with the process, and no label holds the id of a
run. Beside those below there are the usual ones of a Node.js process (\`process_*\`, \`nodejs_*\`). With a token for the
server, Prometheus needs it too (\`authorization\` of its scrape configuration). \`pawl serve\`, \`pawl network up\` and
\`pawl network pod\` tell the same, each of what is at work in its process.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
`;

const outcomes = `
\`outcome\` of \`pawl_trigger_events_total\`: \`fired\` (a run was started), \`duplicate\` (the event was known), \`dropped\` (no
run: the overflow policy or the inputs of the flow refused it, or it came faster than the trigger could keep it;
\`lastDropped\` of \`GET /api/v1/triggers\` says why), \`restarts\` (of the trigger itself).
`;

/** Every metric of Pawl, as a server tells it. */
export async function renderMetrics(): Promise<string> {
  const text = await answerAt("/metrics");
  const helps = new Map([...text.matchAll(/^# HELP (\w+) (.*)$/gm)].map(([, name = "", help = ""]) => [name, help]));
  const rows = [...text.matchAll(/^# TYPE (pawl_\w+) (\w+)$/gm)].map(([, name = "", type = ""]) => {
    const labels = [...labelsOf(text, name)].map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${labels} | ${helps.get(name) ?? ""} |`;
  });
  return `${head}${[...new Set(rows)].sort().join("\n")}\n${outcomes}`;
}

function labelsOf(text: string, name: string): Set<string> {
  const series = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{([^}]*)\\}`, "gm"))];
  const labels = series.flatMap(([, written = ""]) => [...written.matchAll(/(\w+)="/g)].map((match) => match[1]!));
  return new Set(labels.filter((label) => label !== "le"));
}
