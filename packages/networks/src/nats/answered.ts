import { UnavailableError } from "../transport/transport.ts";

/** What was asked of the server. One that gives no answer, or says that it cannot, is one that cannot be used now. */
export function answered<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    throw new UnavailableError(`NATS gave no answer: ${(error as Error).message}.`, { cause: error });
  });
}
