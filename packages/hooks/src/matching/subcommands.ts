const longest = 65_536;

/** What a shell command line would run, as far as it can be told without running it. */
export interface Subcommands {
  /** Each simple command, without leading `NAME=value`; those inside `$( )` and backticks too. */
  readonly commands: readonly string[];
  /** Whether parts are only known when it runs: `$VAR`, `$( )`, backticks, or quotes that do not end. */
  readonly isUncertain: boolean;
}

/** Splits a command line at `;`, `&`, `|`, newlines, brackets and substitutions, with regard to quotes. */
export function subcommands(line: string): Subcommands {
  if (line.length > longest) return { commands: [line], isUncertain: true };
  const scan = new Scan(line);
  scan.run();
  return { commands: scan.commands, isUncertain: scan.isUncertain };
}

class Scan {
  readonly commands: string[] = [];
  isUncertain = false;
  readonly #line: string;
  #at = 0;
  #current = "";
  #quote: '"' | undefined;
  /** Commands around the substitutions that are open, with the quote they were in. */
  readonly #outer: { readonly command: string; readonly quote: '"' | undefined; readonly end: string }[] = [];

  constructor(line: string) {
    this.#line = line;
  }

  run(): void {
    while (this.#at < this.#line.length) this.#step(this.#line[this.#at]!);
    if (this.#quote || this.#outer.length > 0) this.isUncertain = true;
    this.#end();
    for (const open of this.#outer) this.#push(open.command);
  }

  #step(character: string): void {
    const next = this.#line[this.#at + 1];
    if (character === "\\") this.#take(2);
    else if (character === "'" && !this.#quote) this.#single();
    else if (character === '"') {
      this.#quote = this.#quote ? undefined : '"';
      this.#take(1);
    } else if (character === "`") this.#isOpen("`") ? this.#close() : this.#open("`", 1);
    else if (character === "$" && next === "(") this.#open(")", 2);
    else if (character === "$") {
      this.isUncertain = true;
      this.#take(1);
    } else if (this.#quote) this.#take(1);
    else if (character === ")" && this.#isOpen(")")) this.#close();
    else if (";&|\n(){}".includes(character)) {
      this.#end();
      this.#at++;
    } else this.#take(1);
  }

  #take(count: number): void {
    this.#current += this.#line.slice(this.#at, this.#at + count);
    this.#at += count;
  }

  #single(): void {
    const end = this.#line.indexOf("'", this.#at + 1);
    if (end < 0) this.isUncertain = true;
    this.#take(end < 0 ? this.#line.length - this.#at : end + 1 - this.#at);
  }

  #isOpen(end: string): boolean {
    return this.#outer.at(-1)?.end === end;
  }

  #open(end: string, length: number): void {
    this.isUncertain = true;
    this.#outer.push({ command: this.#current, quote: this.#quote, end });
    this.#current = "";
    this.#quote = undefined;
    this.#at += length;
  }

  #close(): void {
    this.#end();
    const outer = this.#outer.pop()!;
    this.#current = `${outer.command}$()`;
    this.#quote = outer.quote;
    this.#at++;
  }

  #end(): void {
    this.#push(this.#current);
    this.#current = "";
  }

  #push(command: string): void {
    const bare = command.trim().replace(/^(?:[A-Za-z_][A-Za-z0-9_]*=(?:"[^"]*"|'[^']*'|[^\s"']*)\s+)+/, "");
    if (bare !== "") this.commands.push(bare);
  }
}
