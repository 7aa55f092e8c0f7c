/** How a program takes code from its arguments. */
export interface Interpreter {
  /** Options whose value, in the same word or the next, is code. */
  readonly code: RegExp;
  /** Options that take a value which is no code and no operand. */
  readonly valued?: RegExp;
  /** Options whose value names a program to load. */
  readonly loads?: RegExp;
  /** The option only announces code: it is the first operand (`bash -c -e CODE`). Else it is the next word. */
  readonly codeIsOperand?: boolean;
  /** After code, the next operand is an argument and no program file. */
  readonly operands: "arguments" | "code";
  /** Without code or program file it reads its code from standard input. */
  readonly readsInput: boolean;
}

const shell: Interpreter = {
  code: /^-[A-Za-z]*c[A-Za-z]*$/,
  codeIsOperand: true,
  valued: /^(?:[-+][A-Za-z]*[oO]|--rcfile|--init-file)$/,
  operands: "arguments",
  readsInput: true,
};
const script = { operands: "arguments", readsInput: true } as const;
const python: Interpreter = { ...script, code: /^-[A-Za-z]*c$/, valued: /^-[WX]$/, loads: /^-m$/ };
const perl: Interpreter = { ...script, code: /^-[A-Za-z0-9]*[eE]$/, loads: /^-[IMm]$/ };
const javascript: Interpreter = {
  ...script,
  code: /^(?:-[A-Za-z]*[ep]|--eval|--print)$/,
  valued: /^(?:-C|--conditions|--env-file)$/,
  loads: /^(?:-r|--require|--import|--loader)$/,
};
const sql: Interpreter = { code: /^(?:-c|-e|-f|--command|--execute|--eval)$/, operands: "code", readsInput: true };
const filter: Interpreter = { code: /^(?:-e|-f|--expression|--file)$/, operands: "code", readsInput: false };

function table<Value>(entries: Record<string, Value>): ReadonlyMap<string, Value> {
  const all = Object.entries(entries).flatMap(([names, value]) =>
    names.split(" ").map((name) => [name, value] as const),
  );
  return new Map(all);
}

export const interpreters: ReadonlyMap<string, Interpreter> = table({
  "sh bash dash ash zsh ksh mksh fish csh tcsh rbash yash": shell,
  "python python2 python3 pypy pypy3": python,
  "perl ruby": perl,
  "node nodejs bun deno tsx": javascript,
  "php lua luajit Rscript osascript tclsh groovy scala julia": { ...script, code: /^(?:-[er]|--eval|--run)$/ },
  "psql mysql mariadb sqlite3 mongo mongosh duckdb clickhouse-client": sql,
  "sed gsed": filter,
});

/** Programs and built-ins that read any of their arguments again. */
export const readsArgumentsAgain: ReadonlySet<string> = new Set(
  (
    "eval source . trap alias let unset compgen complete bind enable fc coproc mapfile readarray getopts hash read " +
    "ssh rsh mosh slogin autossh su runuser watch parallel xargs awk gawk mawk nawk make gmake at batch crontab script expect " +
    "tmux screen gdb vim vi ex ed emacs m4 bc dc xterm env-subst powershell pwsh cmd"
  ).split(" "),
);

/** Of those: what other programs are often given to run. The others are ordinary words too often. */
export const oftenWrapped: ReadonlySet<string> = new Set(
  "ssh rsh su runuser parallel xargs awk gawk mawk nawk eval".split(" "),
);

/** Of those: what is fed to them is code, too. */
export const readsInputAsCode: ReadonlySet<string> = new Set(
  "ssh rsh slogin su runuser parallel xargs at batch gdb ex ed m4 bc dc crontab source . pwsh powershell".split(" "),
);

/** Programs that run the rest of their arguments as a command. */
export const wrappers: ReadonlySet<string> = new Set(
  (
    "sudo doas env nice nohup timeout gtimeout exec command builtin setsid stdbuf ionice chrt taskset time unbuffer caffeinate " +
    "strace ltrace chroot unshare nsenter flock busybox setpriv systemd-run firejail bwrap dbus-run-session xvfb-run"
  ).split(" "),
);

/** Programs whose arguments are only text to them, so that a word such as `python` among them means nothing. */
export const plainPrograms: ReadonlySet<string> = new Set(
  (
    "echo cat ls cd pwd mkdir rmdir cp mv rm touch ln chmod chown head tail wc sort uniq cut tr tee grep egrep fgrep rg diff cmp " +
    "basename dirname realpath readlink stat date sleep true false : curl wget seq expr dd df du sha256sum md5sum base64 file " +
    "apt apt-get dnf yum apk brew pip pip3 which type kill wait exit return shift umask logger jq yq uname id hostname"
  ).split(" "),
);

/** Variables that the shell, or the loader of programs, acts upon. */
export const actingVariables: ReadonlySet<string> = new Set(
  "PS0 PS1 PS2 PS3 PS4 ENV BASH_ENV PROMPT_COMMAND SHELLOPTS BASHOPTS IFS LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT NODE_OPTIONS PYTHONSTARTUP PERL5OPT RUBYOPT PATH CDPATH".split(
    " ",
  ),
);
