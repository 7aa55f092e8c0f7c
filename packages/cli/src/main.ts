import { readVersion } from "./version.ts";

const [first, ...rest] = process.argv.slice(2);
if ((first === "--version" || first === "-V") && rest.length === 0) {
  process.stdout.write(`${readVersion()}\n`);
} else {
  const { runCli } = await import("./cli.ts");
  const code = await runCli(process.argv.slice(2), (now) => process.exit(now));
  // Code of a project may have left timers and sockets behind: the command is over all the same.
  process.stdout.write("", () => process.exit(code));
}
