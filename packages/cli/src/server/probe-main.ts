// The process in which plugins are imported before any other process of Pawl imports them.
import { serveProbe } from "@pawl/flows/workers";
import { provided } from "../open-project.ts";

await serveProbe(provided);
