import { httpLoad } from "../../harness/http-load.js";
import { projectOf, servePawl } from "../../harness/serve.js";
import { percentile } from "../../harness/statistics.js";
import { subject } from "../../harness/subject.js";

const flow = `name: hook
trigger: { uses: webhook.receive, with: { path: hook } }
steps:
  - { id: stamp, uses: bench.stamp, with: { sent: "\${{ trigger.payload.sent }}" } }
`;
const plugin = `import { definePlugin, node } from "@pawl/flows";
import { z } from "zod";
export default definePlugin({
  name: "bench",
  nodes: [node({
    name: "bench.stamp",
    input: z.object({ sent: z.number() }),
    run: ({ sent }) => performance.timeOrigin + performance.now() - sent,
  })],
});
`;

// From sending a webhook until the code of the first step runs, one every 10 ms.
subject(async ({ isQuick }) => {
  const { url } = await servePawl(projectOf({ "flows/hook.yaml": flow, "plugins/bench.ts": plugin }));
  const ids = [];
  const request = {
    url,
    path: "/webhooks/hook",
    body: () => JSON.stringify({ sent: performance.timeOrigin + performance.now() }),
    connections: 1,
    pauseMs: 10,
  };
  await httpLoad({ ...request, count: 50 });
  const onAnswer = (_, answer) => ids.push(JSON.parse(answer).run_id);
  await httpLoad({ ...request, count: isQuick ? 60 : 400, onAnswer });
  const latencies = [];
  for (const id of ids) latencies.push(await outputOf(url, id));
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
});

async function outputOf(url, id) {
  for (;;) {
    const { steps } = await (await fetch(`${url}/api/v1/runs/${id}`)).json();
    const [stamp] = steps;
    if (stamp?.status === "completed") return stamp.output;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
