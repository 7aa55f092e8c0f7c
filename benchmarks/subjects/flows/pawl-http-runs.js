import { httpLoad } from "../../harness/http-load.js";
import { projectOf, servePawl } from "../../harness/serve.js";
import { subject } from "../../harness/subject.js";

const flow = "name: one\nconcurrency: { limit: 64 }\nsteps:\n  - { id: only, uses: data.set, with: { a: 1 } }\n";

// Runs of one step by `pawl serve`: from the first request until the last run has ended.
subject(async ({ isQuick }) => {
  const { url } = await servePawl(projectOf({ "flows/one.yaml": flow }));
  const request = { url, path: "/api/v1/flows/one/runs", body: "{}", connections: 64 };
  const warm = isQuick ? 200 : 1_500;
  await httpLoad({ ...request, count: warm });
  await untilEnded(url);
  const count = isQuick ? 1_000 : 10_000;
  const begin = performance.now();
  await httpLoad({ ...request, count });
  await untilEnded(url);
  return (count / (performance.now() - begin)) * 1_000;
});

async function untilEnded(url) {
  for (const status of ["queued", "running"]) {
    for (;;) {
      const answer = await fetch(`${url}/api/v1/runs?status=${status}&limit=1`);
      const { runs } = await answer.json();
      if (runs.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
