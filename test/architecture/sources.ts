import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ts from "typescript";

export const root = join(import.meta.dirname, "..", "..");

/** A source file of a package, parsed. `path` is relative to the repository, with slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

export function packageFolders(): string[] {
  return ["packages", "plugins"].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`),
  );
}

export function sourcesOf(folder: string): Source[] {
  const directory = join(root, folder, "src");
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, "utf8");
      return {
        path: relative(root, file).split(sep).join("/"),
        text,
        tree: ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true),
      };
    });
}

export interface Import {
  readonly from: string;
  /** The file for a relative import, else the package and subpath as written. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Static, dynamic and re-exporting imports of one file. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean) => {
    const to = specifier.startsWith(".") ? join(dirname(source.path), specifier).split(sep).join("/") : specifier;
    found.push({ from: source.path, to, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.importClause?.isTypeOnly ?? false);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const argument = node.arguments[0];
      if (argument && ts.isStringLiteral(argument)) add(argument.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return found;
}

export interface FunctionSize {
  readonly where: string;
  readonly lines: number;
}

/** Every function of a file with its length, signature and braces included. */
export function functionsOf(source: Source): FunctionSize[] {
  const found: FunctionSize[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      const start = source.tree.getLineAndCharacterOfPosition(node.getStart()).line;
      const end = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line;
      found.push({ where: `${source.path}:${start + 1}`, lines: end - start + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return found;
}
