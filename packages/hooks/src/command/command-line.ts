/** `sh -c` for a text, or a program with its arguments and no shell. */
export type Command = string | readonly [program: string, ...args: string[]];

const shell = process.platform === "win32" ? "sh" : "/bin/sh";

/** The argv of a command. `${NAME}` of the given variables is filled in where no shell would do it. */
export function argvOf(command: Command, variables: Readonly<Record<string, string>>): [string, ...string[]] {
  if (typeof command === "string") return [shell, "-c", fillIn(command, variables, isPlainInShell)];
  const [program, ...args] = command;
  const fill = (word: string): string => fillIn(word, variables, () => true);
  return [fill(program), ...args.map(fill)];
}

/** The words of a command as far as they can be told without running a shell, well enough to find the files it names. */
export function wordsOf(command: Command): string[] {
  if (typeof command !== "string") return [...command];
  const words: string[] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'|&;<>()`\\]|\\.)+)/g;
  let end = -1;
  for (const match of command.slice(0, 65_536).matchAll(pattern)) {
    const text = match[1] ?? match[2] ?? match[3]!.replace(/\\(.)/g, "$1");
    // "$DIR"/run.sh is one word in two pieces.
    if (match.index === end && words.length > 0) words[words.length - 1] += text;
    else words.push(text);
    end = match.index + match[0].length;
  }
  return words;
}

/** Inside a shell only what cannot become syntax is filled in; the rest the shell reads from the environment itself. */
function isPlainInShell(value: string): boolean {
  return /^[\w./-]+$/.test(value);
}

function fillIn(
  text: string,
  variables: Readonly<Record<string, string>>,
  mayFill: (value: string) => boolean,
): string {
  return text.replace(/\$\{([A-Z_][A-Z0-9_]*)\}/g, (written, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value !== undefined && mayFill(value) ? value : written;
  });
}
