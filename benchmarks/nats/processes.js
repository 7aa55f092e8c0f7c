// Three pods as processes beside the same line written by hand, with the client's own publish and with one inbox for all
// answers. `node benchmarks/nats/processes.js [rounds] [messages] [loop,inbox,pawl]`, after a build.
import { execSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const rounds = Number(process.argv[2] ?? 3),
  count = Number(process.argv[3] ?? 20000);
const kinds = (process.argv[4] ?? "loop,inbox,pawl").split(",");
const results = Object.fromEntries(kinds.map((k) => [k, []]));
for (let round = 0; round < rounds; round++)
  for (const kind of kinds) {
    const dir = mkdtempSync(join(tmpdir(), "pawl-bench-nats-"));
    const port = 4700 + Math.floor(Math.random() * 200);
    const server = spawn("nats-server", ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", dir], {
      stdio: "ignore",
    });
    await new Promise((r) => setTimeout(r, 400));
    const url = `nats://127.0.0.1:${port}`;
    const marks = [],
      cpus = {};
    let done;
    const end = new Promise((r) => (done = r));
    const start = (role) =>
      new Promise((ready) => {
        const c = spawn(
          process.execPath,
          [join(import.meta.dirname, "pod.js"), kind, role, url, String(count), `t${round}`],
          { stdio: ["pipe", "pipe", "inherit"] },
        );
        createInterface({ input: c.stdout }).on("line", (l) => {
          const m = JSON.parse(l);
          if (m.ready) ready(c);
          if (m.at) {
            marks.push(m.at);
            if (marks.length === 2) done();
          }
          if (m.cpu) cpus[role] = Math.round((m.cpu.user + m.cpu.system) / 1000);
        });
        c.on("exit", () => ready(c));
      });
    const g = await start("g");
    const r = await start("r");
    const s = await start("s");
    const stat = () => {
      const p = execSync(`cat /proc/${server.pid}/stat`).toString().split(" ");
      return (Number(p[13]) + Number(p[14])) * 10;
    };
    const s0 = stat();
    g.stdin.write("go\n");
    await end;
    const rate = Math.round(count / ((marks[1] - marks[0]) / 1000));
    const s1 = stat();
    for (const c of [g, r, s]) c.kill("SIGTERM");
    await new Promise((r) => setTimeout(r, 200));
    server.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
    results[kind].push(rate);
    console.log(round, kind, rate, "msg/s", "server ms", s1 - s0, "cpu ms", JSON.stringify(cpus));
  }
const med = (a) => a.slice().sort((x, y) => x - y)[Math.floor(a.length / 2)];
console.log(Object.fromEntries(Object.entries(results).map(([k, v]) => [k, med(v)])));
if (results.pawl && results.loop) console.log("pawl/loop", (med(results.pawl) / med(results.loop)).toFixed(3));
if (results.pawl && results.inbox) console.log("pawl/inbox", (med(results.pawl) / med(results.inbox)).toFixed(3));
