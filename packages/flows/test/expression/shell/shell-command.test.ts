import { describe, expect, test } from "vitest";
import { loadCel } from "../../../src/expression/cel.ts";
import { compileShellCommand } from "../../../src/expression/shell/shell-command.ts";
import { payloads, runAll, type ShellRun, shells } from "./shells.ts";

const x = "${{ inputs.x }}";

/** Each prints the value, exactly, between `<` and `>`. */
const accepted: Record<string, string> = {
  "a bare argument": `printf '<%s>' ${x}`,
  "a bare argument with text around it": `printf '%s' "<"${x}">"`,
  "double quotes": `printf '<%s>' "${x}"`,
  "double quotes with text": `printf '%s' "<${x}>"`,
  "single quotes": `printf '<%s>' '${x}'`,
  "single quotes with text": `printf '%s' '<${x}>'`,
  "mixed quotes": `printf '%s' '<'"${x}"'>'`,
  "a command substitution": `printf '<%s>' "$(printf '%s.' ${x})" | sed '$s/\\.>$/>/'`,
  "a quoted command substitution": `printf '<%s>' "$(printf '%s.' "${x}")" | sed '$s/\\.>$/>/'`,
  "nested command substitutions": `printf '<%s>' "$(printf '%s' "$(printf '%s.' '${x}')")" | sed '$s/\\.>$/>/'`,
  "an assignment": `v=${x}; printf '<%s>' "$v"`,
  "a quoted assignment": `v="${x}" && printf '<%s>' "$v"`,
  "an assignment in front of a command": `v=${x} env sh -c 'printf "<%s>" "$v"'`,
  "an exported assignment": `export v=${x}; sh -c 'printf "<%s>" "$v"'`,
  "a here-document": `printf '<'; cat <<EOF | head -c -2\n${x}.\nEOF\nprintf '>'`,
  "a here-document with tabs": `printf '<'; cat <<-EOF | head -c -2\n${x}.\n\tEOF\nprintf '>'`,
  "the second of two here-documents": `printf '<'; cat <<A >/dev/null; cat <<B | sed '$s/\\.$//' | head -c -1\none\nA\n${x}.\nB\nprintf '>'`,
  "a condition": `if [ ${x} = ${x} ]; then printf '<%s>' ${x}; fi`,
  "a loop": `for v in ${x}; do printf '<%s>' "$v"; done`,
  "a case": `case ${x} in one) ;; *) printf '<%s>' ${x};; esac`,
  "a subshell": `(printf '<%s>' ${x})`,
  "a group": `{ printf '<%s>' ${x}; }`,
  "a function": `f() { printf '<%s>' "$1"; }; f ${x}`,
  "positional arguments of a shell": `sh -c 'printf "<%s>" "$1"' _ ${x}`,
  "arguments behind a wrapper": `env A=1 printf '<%s>' ${x}`,
  "after a comment": `# it's a "comment" $( \`\nprintf '<%s>' ${x}`,
  "after a line continuation": `printf '<%s>' \\\n  ${x}`,
  "a pipe": `printf '<%s>' ${x} | cat`,
  "a sub-command of find": `find . -maxdepth 0 -exec printf '<%s>' ${x} \\;`,
};

const refused: Record<string, readonly [source: string, fragment: string]> = {
  "a quoted here-document": [`cat <<'EOF'\n${x}\nEOF`, "quoted here-document"],
  "a here-document with a protected delimiter": [`cat <<\\EOF\n${x}\nEOF`, "quoted here-document"],
  backticks: [`echo \`echo ${x}\``, "backticks"],
  "backticks inside double quotes": [`echo "\`echo ${x}\`"`, "backticks"],
  arithmetic: [`echo $((${x} + 1))`, "arithmetic"],
  "arithmetic of old": [`echo $[${x} + 1]`, "arithmetic"],
  "an arithmetic command": [`((${x} > 1))`, "arithmetic"],
  "the inside of braces": [`echo \${v:-${x}}`, "inside ${"],
  "the inside of quoted braces": [`echo "\${v:-${x}}"`, "inside ${"],
  "the delimiter of a here-document": [`cat <<${x}\nhi\nEOF`, "end of a here-document"],
  "an unterminated single quote": [`echo '${x}`, "does not end"],
  "an unterminated double quote": [`echo "${x}`, "does not end"],
  "an unterminated substitution": [`echo $(echo ${x}`, "does not end"],
  "an unterminated here-document": [`cat <<EOF\n${x}\n`, "does not end"],
  "a backslash in front": [`echo \\${x}`, "backslash"],
  "a backslash in front, in double quotes": [`echo "\\${x}"`, "backslash"],
  "a backslash in front, in a here-document": [`cat <<EOF\n\\${x}\nEOF`, "backslash"],
  "a substitution inside a here-document": [`cat <<EOF\n$(echo ${x})\nEOF`, "here-document"],
  "the command word": [`${x} --version`, "program"],
  "a part of the command word": [`./run-${x}`, "program"],
  "the command word after a pipe": [`echo a | ${x}`, "program"],
  "the command word in a condition": [`if ${x}; then :; fi`, "program"],
  "the command word in a substitution": [`echo $(${x})`, "program"],
  "a command word that is substituted": [`$(echo ${x}) a`, "program"],
  "the command word behind sudo": [`sudo -u root ${x}`, "program"],
  "the command word behind env": [`env A=1 ${x}`, "program"],
  "the command word behind exec": [`exec ${x}`, "program"],
  "the command word behind timeout": [`timeout -s KILL 5 ${x}`, "program"],
  "sh -c": [`sh -c "echo ${x}"`, "code"],
  "sh -c in single quotes": [`sh -c 'echo ${x}'`, "code"],
  "bash with options": [`bash -euo pipefail -c "echo ${x}"`, "code"],
  "/bin/bash -lc": [`/bin/bash -lc "echo ${x}"`, "code"],
  "a shell behind sudo": [`sudo -u www sh -c "echo ${x}"`, "code"],
  "a shell behind env, nice and timeout": [`env A=b nice -n 5 timeout 10 bash -c "echo ${x}"`, "code"],
  "a shell in a container": [`docker exec web sh -c "echo ${x}"`, "code"],
  "a shell of find": [`find . -exec sh -c "echo ${x}" \\;`, "code"],
  "a script chosen by a value": [`bash ${x}`, "code"],
  eval: [`eval "echo ${x}"`, "code"],
  "eval of a substitution": [`eval "$(echo ${x})"`, "code"],
  "eval behind builtin": [`builtin eval echo ${x}`, "code"],
  ssh: [`ssh host echo ${x}`, "code"],
  awk: [`awk '{ print "${x}" }' file`, "code"],
  xargs: [`xargs -n1 echo ${x}`, "code"],
  parallel: [`parallel echo ${x} ::: a`, "code"],
  watch: [`watch echo ${x}`, "code"],
  "su -c": [`su -c "echo ${x}" bob`, "code"],
  "python -c": [`python3 -c "print('${x}')"`, "code"],
  "python -Ic": [`python3 -Ic "print('${x}')"`, "code"],
  "node -e": [`node -e "console.log('${x}')"`, "code"],
  "node --eval=": [`node --eval="console.log('${x}')"`, "code"],
  "perl -ne": [`perl -ne "print '${x}'" file`, "code"],
  "ruby -e": [`ruby -e "puts '${x}'"`, "code"],
  "php -r": [`php -r "echo '${x}';"`, "code"],
  "psql -c": [`psql -c "select '${x}'"`, "code"],
  sqlite3: [`sqlite3 db "select '${x}'"`, "code"],
  "a sed script": [`sed s/a/${x}/ file`, "code"],
  "sed -e": [`sed -e "s/a/${x}/" file`, "code"],
  make: [`make TARGET=${x}`, "code"],
  trap: [`trap "echo ${x}" EXIT`, "code"],
  source: [`. ${x}`, "code"],
  alias: [`alias a=${x}`, "code"],
  let: [`let a=${x}`, "code"],
  "declare -i": [`declare -i a=${x}`, "code"],
  unset: [`unset ${x}`, "code"],
  "a name to export": [`export ${x}`, "code"],
  "a name to read into": [`read ${x}`, "code"],
  "a format": [`printf ${x} a`, "code"],
  "printf -v": [`printf -v ${x} a`, "code"],
  "test -v": [`[ -v ${x} ]`, "code"],
  "two values in a test": [`[ ${x} ${x} ]`, "code"],
  "a number in [[": [`[[ ${x} -eq 1 ]]`, "code"],
  "options of set": [`set ${x}`, "code"],
  "a subscript": [`a[${x}]=1`, "program"],
  "an acting variable": [`PS4=${x}; set -x; echo a`, "acts"],
  BASH_ENV: [`BASH_ENV=${x} bash file`, "acts"],
  "a pipe into a shell": [`echo ${x} | sh`, "code"],
  "a pipe into a shell behind sudo": [`echo ${x} | tee log | sudo bash -s`, "code"],
  "a group piped into a shell": [`{ echo a; echo ${x}; } | bash`, "code"],
  "a loop piped into a shell": [`for i in 1 2; do echo ${x}; done | sh`, "code"],
  "a pipe into xargs": [`echo ${x} | xargs sh -c 'echo'`, "code"],
  "a pipe into python": [`echo ${x} | python3 -`, "code"],
  "a here-document for a shell": [`sh <<EOF\necho ${x}\nEOF`, "code"],
  "a here-document piped into a shell": [`cat <<EOF | sh\necho ${x}\nEOF`, "code"],
  "a here-document for ssh": [`ssh host <<EOF\necho ${x}\nEOF`, "code"],
  "a here-string for a shell": [`bash <<< ${x}`, "code"],
  "a process substitution for source": [`source <(echo ${x})`, "code"],
  "a process substitution for a shell": [`bash <(echo ${x})`, "code"],
  "a variable that eval reads": [`v=${x}; eval "echo $v"`, "variable"],
  "a variable that a shell reads": [`v=${x}; bash -c "echo \${v}"`, "variable"],
  "a loop variable that eval reads": [`for v in ${x}; do eval "echo $v"; done`, "variable"],
  "an argument of a function that evaluates": [`f() { eval "echo $1"; }; f ${x}`, "variable"],
  "positional parameters that eval reads": [`set -- ${x}; eval "echo $1"`, "variable"],
  "ANSI quotes": [`echo $'a\\'b' ${x} '`, "$'"],
  "a file descriptor": [`echo a >&${x}`, "descriptor"],
};

describe("an expression in a shell command", () => {
  test.for(shells)("prints its value exactly and runs nothing of it, in %s %s", async (shell) => {
    const runs = await runAll(shell, Object.values(accepted), payloads);
    Object.entries(accepted).forEach(([position, source], index) => {
      payloads.forEach((payload, number) => {
        const run = runs[index]![number]!;
        const where = `${position}: ${source} with ${JSON.stringify(payload)}: ${run.stderr}`;
        expect(run.made, where).toEqual([]);
        expect(run.stdout, where).toBe(`<${payload}>`);
      });
    });
  });

  test.for(shells)("redirects into the file of that name and no other, in %s %s", async (shell) => {
    const [[run]] = (await runAll(shell, [`printf a > ${x}`], ["$(touch pwned); b"])) as [[ShellRun]];
    expect(run.made).toEqual(["$(touch pwned); b"]);
  });

  test.for(Object.entries(refused))("is refused: %s", async ([, [source, fragment]]) => {
    await loadCel();
    const { problems } = compileShellCommand(source);
    expect(problems.map((problem) => problem.code)).toContain("unsafe-shell");
    expect(problems.map((problem) => problem.message).join()).toContain(fragment);
    const { start, end } = problems[0]!;
    expect(source.slice(start, end)).toBe(x);
  });
});
