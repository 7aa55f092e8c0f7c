import type { Command } from "../../command.ts";
import { claimService, describeService, releaseService, servicePlaces } from "../../service/service-file.ts";
import { keepShort } from "../../service/service-log.ts";
import { readVersion } from "../../version.ts";
import { serve, command as serveCommand } from "../serve.ts";

/** What `pawl service start` starts: `pawl serve` that says who it is, and keeps its log short. */
export const command: Command = {
  ...(serveCommand.options === undefined ? {} : { options: serveCommand.options }),
  endsWhenAsked: true,
  async run(call) {
    const places = await servicePlaces(call);
    const service = claimService(places, readVersion());
    process.once("exit", () => releaseService(places.file));
    keepShort(places.log);
    await serve(call, (url) => describeService(places.file, { ...service, url }));
  },
};
