/** Why no value can be put somewhere safely. Each sentence begins in front of the colon with what is wrong. */
export const refusals = {
  "ansi-quote": "$'…' means different things to different shells: use plain quotes",
  arithmetic: "an arithmetic expression evaluates what it is given",
  assignment: "the shell itself acts on this variable",
  backslash: "a backslash in front of an expression takes its value apart",
  backticks: "backticks are read twice: use $( … )",
  braces: "a value inside ${…} is read as part of it",
  "command-word": "a value would choose the program that runs",
  delimiter: "the end of a here-document is not looked for in values",
  descriptor: "a file descriptor is not taken from a value",
  "here-document-substitution": "a substitution inside a here-document is too deep to be sure of",
  intricate: "the quoting of this command is too intricate to be sure of: split it into steps",
  "quoted-here-document": "a quoted here-document takes its text as it stands: remove the quotes of its delimiter",
  "reads-again": "the program reads this argument again as code",
  "reads-code": "the program that this is fed to reads it as code",
  "reads-variable": "the variable it goes into is read again as code",
  unterminated: "a quote, bracket or here-document of this command does not end",
} as const;

export type Refusal = keyof typeof refusals;
