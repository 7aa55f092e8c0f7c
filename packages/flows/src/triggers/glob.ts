const special = /[*?[\]{}]/;
const plainCharacter = /[\w/-]/;

/** Where the part of a pattern without wildcards ends: the folder or file to watch. */
export function baseOf(pattern: string): string {
  const segments = pattern.split("/");
  const first = segments.findIndex((segment) => special.test(segment));
  return first < 0 ? pattern : segments.slice(0, first).join("/") || ".";
}

/**
 * Compiles `*`, `?`, `**`, `[abc]` and `{a,b}`; a pattern without any stands for a file, or for all that a folder holds.
 * Paths have slashes and are relative.
 * @throws SyntaxError when a bracket is not closed
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const plain = pattern.replace(/^\.\//, "").replace(/\/+$/, "");
  if (plain === "" || plain === ".") return () => true;
  if (!special.test(plain)) return (path) => path === plain || path.startsWith(`${plain}/`);
  const expression = new RegExp(`^${translate(plain)}$`, "su");
  return (path) => expression.test(path);
}

function translate(pattern: string): string {
  let out = "";
  let depth = 0;
  for (let index = 0; index < pattern.length; index++) {
    const rest = pattern.slice(index);
    const token = /^(?:\*\*\/|\*\*|\*+|\[[!^]?[^\]/]+\])/.exec(rest)?.[0];
    if (token !== undefined) {
      out += translateToken(token);
      index += token.length - 1;
      continue;
    }
    const character = pattern[index]!;
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    out += translateCharacter(character, depth);
  }
  return out;
}

function translateToken(token: string): string {
  if (token === "**/") return "(?:[^/]+/)*";
  if (token === "**") return ".*";
  if (token.startsWith("*")) return "[^/]*";
  const isNegated = /^\[[!^]/.test(token);
  const characters = token.slice(isNegated ? 2 : 1, -1).replace(/[\\\]^[]/g, "\\$&");
  return isNegated ? `[^/${characters}]` : `[${characters}]`;
}

function translateCharacter(character: string, depth: number): string {
  if (character === "?") return "[^/]";
  if (character === "{") return "(?:";
  if (character === "}") return depth >= 0 ? ")" : "\\}";
  if (character === "," && depth > 0) return "|";
  return plainCharacter.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
