import { formatDuration } from "@pawl/hooks/guard";
import { cut } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

const redrawMs = 100;
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** The one line below the finished ones that says what goes on. Without a terminal it is nothing. */
export class LiveLine {
  readonly #terminal: Terminal;
  readonly #running = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #drawn = 0;
  #isShown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  begin(name: string): void {
    if (!this.#terminal.isInteractive) return;
    this.#running.set(name, Date.now());
    this.#timer ??= setInterval(() => this.#draw(), redrawMs);
  }

  end(name: string): void {
    this.#running.delete(name);
  }

  /** Writes lines above. */
  print(text: string): void {
    this.#clear();
    this.#terminal.out(text);
    if (this.#timer) this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
  }

  #draw(): void {
    this.#clear();
    const names = [...this.#running].map(([name, since]) => `${name} ${formatDuration(Date.now() - since)}`);
    if (names.length === 0) return;
    const frame = frames[this.#drawn++ % frames.length];
    this.#terminal.write(cut(` ${frame} ${names.join(", ")}`, this.#terminal.width - 1));
    this.#isShown = true;
  }

  #clear(): void {
    if (this.#isShown) this.#terminal.write("\r\u001b[2K");
    this.#isShown = false;
  }
}
