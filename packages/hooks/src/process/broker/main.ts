// The spawn broker: a small process that starts programs for a large one. Its socket is descriptor 3.
import { Socket } from "node:net";
import { serveBroker } from "./serve.ts";

// On exit every group that still runs is killed (living-groups.ts).
serveBroker(new Socket({ fd: 3 }), () => process.exit(0));
