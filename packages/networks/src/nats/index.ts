// What is exported here is public.

export { MissingClientError } from "./client.ts";
export { StreamError } from "./ensure.ts";
export { type Environment, natsOptionsIn, tenantIn, transportIn } from "./environment.ts";
export { CredentialsError } from "./link.ts";
export { createNatsTransport, type NatsTransportOptions } from "./nats-transport.ts";
export { type NatsEventsOptions, type OpenNatsEvents, openNatsEvents } from "./open-nats-events.ts";
export { inboxPrefixOf, type Permissions, permissionsOf } from "./permissions.ts";
export type { Limits } from "./plan.ts";
export { ServerOptionError, type ServerOptions, shownUrl } from "./server-options.ts";
