// A process that times one subject of a folder: calls-main.js FILE COUNT [--quick]
import { timeCalls } from "./time-calls.js";

const [file, count] = process.argv.slice(2);
const { prepare } = await import(file);
const call = await prepare(Number(count));
const nanoseconds = await timeCalls(call, { quick: process.argv.includes("--quick") });
process.stdout.write(`${JSON.stringify(nanoseconds)}\n`, () => process.exit(0));
