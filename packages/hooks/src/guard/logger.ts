export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where one line goes. `fields` are data beside the sentence, never part of it. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Makes a logger of one function. */
export function createLogger(
  write: (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void,
): Logger {
  return {
    debug: (message, fields) => write("debug", message, fields),
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

export const silentLogger: Logger = createLogger(() => {});
