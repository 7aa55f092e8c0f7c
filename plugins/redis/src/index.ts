import { definePlugin, type Plugin } from "@pawl/flows";
import { publish } from "./publish.ts";
import { pubsub } from "./pubsub.ts";
import { stream } from "./stream.ts";
import { xadd } from "./xadd.ts";

// What is exported here is public.
export { publish, pubsub, stream, xadd };

const plugin: Plugin = definePlugin({ name: "redis", triggers: [pubsub, stream], nodes: [publish, xadd] });
export default plugin;
