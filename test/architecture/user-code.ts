import { join } from "node:path";
import ts from "typescript";
import { packageFolders, root } from "./sources.ts";

/** Where code of users is called through: an interface and its members, a function, or the type of a function. */
export interface Surface {
  readonly file: string;
  readonly name: string;
  readonly members?: readonly string[];
}

export interface CallSite {
  /** `packages/flows/src/hooks/hook-chain.ts:95 hook.beforeExecute!` */
  readonly where: string;
  readonly file: string;
  readonly surface: string;
  readonly isGuarded: boolean;
}

type Fn = ts.FunctionLikeDeclaration;

/** What the guard takes, and what is one by another name: who makes such a function makes it for the guard. */
const typesOfGuard = new Set(["GuardedCall", "Invocation"]);

/** The sources of all packages with their types. */
export function openProgram(): ts.Program {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const folders = packageFolders().map((folder) => join(root, folder, "src"));
  const own = fileNames.filter((name) => folders.some((folder) => name.startsWith(folder)));
  return ts.createProgram(own, { ...options, noEmit: true, skipLibCheck: true });
}

/** Finds every call of users' code, and whether the guard makes it. */
export class UserCode {
  readonly #checker: ts.TypeChecker;
  readonly #files: readonly ts.SourceFile[];
  /** By declaration, because a member of a generic interface is another symbol each time it is used. */
  readonly #surfaces: ReadonlyMap<ts.Node, string>;
  /** Every identifier by its text: what a name stands for is asked of the checker only when it matters. */
  readonly #identifiers = new Map<string, ts.Identifier[]>();
  /** Names of members that a call of users' code can be written with. */
  readonly #memberNames: ReadonlySet<string>;
  readonly #known = new Map<Fn, boolean>();

  constructor(program: ts.Program, surfaces: readonly Surface[]) {
    this.#checker = program.getTypeChecker();
    this.#files = program.getSourceFiles().filter((file) => file.fileName.includes("/src/") && isOwn(file));
    this.#surfaces = this.#symbolsOf(surfaces);
    for (const file of this.#files) this.#collectIdentifiers(file);
    const members = surfaces.flatMap((surface) => surface.members ?? [surface.name]);
    const types = surfaces.filter((surface) => surface.members === undefined).map((surface) => surface.name);
    this.#memberNames = new Set([...members, ...this.#namesOfType(types)]);
  }

  calls(): CallSite[] {
    return this.#files.flatMap((file) => this.#callsIn(file));
  }

  #callsIn(file: ts.SourceFile): CallSite[] {
    const found: CallSite[] = [];
    const path = file.fileName.slice(root.length + 1);
    const visit = (node: ts.Node): void => {
      const surface = ts.isCallExpression(node)
        ? (this.#surfaceOf(node.expression) ?? this.#imported(node))
        : undefined;
      if (surface !== undefined) {
        const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        const callee = (node as ts.CallExpression).expression.getText();
        found.push({ where: `${path}:${line} ${callee}`, file: path, surface, isGuarded: this.#isGuarded(node) });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  }

  /** What is called: a member of a surface, a surface itself, or a value whose type is one. */
  #surfaceOf(callee: ts.Expression): string | undefined {
    const plain = ts.isNonNullExpression(callee) || ts.isParenthesizedExpression(callee) ? callee.expression : callee;
    if (ts.isPropertyAccessExpression(plain) && !this.#memberNames.has(plain.name.text)) return undefined;
    const symbol = this.#symbolAt(plain);
    const named = this.#nameOf(symbol);
    if (named !== undefined) return named;
    // What is declared as a function of ours is none of theirs.
    if (symbol === undefined || (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) !== 0)
      return undefined;
    const alias = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(plain)).aliasSymbol;
    return this.#nameOf(alias);
  }

  /** `const { runChild } = await import(…)` names a function only by its type. */
  #imported(call: ts.CallExpression): string | undefined {
    if (!ts.isIdentifier(call.expression) || !this.#memberNames.has(call.expression.text)) return undefined;
    const declaration = this.#checker.getResolvedSignature(call)?.declaration;
    return declaration && this.#surfaces.get(declaration);
  }

  #nameOf(symbol: ts.Symbol | undefined): string | undefined {
    const [declaration] = symbol?.declarations ?? [];
    return declaration && this.#surfaces.get(declaration);
  }

  /** Inside a function that the guard is given, or that is itself only reached through it. */
  #isGuarded(node: ts.Node): boolean {
    for (let fn = functionAround(node); fn !== undefined; fn = functionAround(fn)) {
      if (this.#isGuardedFunction(fn)) return true;
    }
    return false;
  }

  #isGuardedFunction(fn: Fn): boolean {
    const known = this.#known.get(fn);
    if (known !== undefined) return known;
    this.#known.set(fn, false); // of a circle, nothing is known from inside
    const isHandedOn = ts.isCallExpression(fn.parent) && fn.parent.arguments.includes(fn as unknown as ts.Expression);
    const is =
      this.#isGivenToGuard(fn) ||
      (isHandedOn && this.#isGuardedArgument(fn.parent, fn.parent.arguments.indexOf(fn as unknown as ts.Expression))) ||
      this.#implementsSurface(fn) ||
      this.#isOnlyUsedGuarded(fn);
    this.#known.set(fn, is);
    return is;
  }

  #isGivenToGuard(node: ts.Node): boolean {
    const call = node.parent;
    if (!ts.isCallExpression(call) || call.arguments[0] !== node) return false;
    return ts.isIdentifier(call.expression) && call.expression.text === "guard";
  }

  /** Whoever implements a surface is called where the surface is, and those places are looked at themselves. */
  #implementsSurface(fn: Fn): boolean {
    const { parent } = fn;
    if ((ts.isArrowFunction(fn) || ts.isFunctionExpression(fn)) && this.#isOfSurface(fn)) return true;
    if (ts.isMethodDeclaration(fn) && ts.isClassDeclaration(parent)) return this.#classImplements(parent, fn);
    const property = ts.isMethodDeclaration(fn) ? fn : ts.isPropertyAssignment(parent) ? parent : conditional(parent);
    if (property === undefined || !ts.isObjectLiteralExpression(property.parent)) return false;
    const type = this.#checker.getContextualType(property.parent);
    const member = type?.getProperty(property.name.getText());
    return member !== undefined && this.#isSurface(member);
  }

  /** A function that wraps another one stands where that stood. */
  #isOfSurface(fn: ts.Expression): boolean {
    const alias = this.#checker.getContextualType(fn)?.aliasSymbol;
    return this.#nameOf(alias) !== undefined || typesOfGuard.has(alias?.name ?? "");
  }

  #classImplements(owner: ts.ClassDeclaration, method: ts.MethodDeclaration): boolean {
    const types = owner.heritageClauses?.flatMap((clause) => [...clause.types]) ?? [];
    return types.some((type) => {
      const member = this.#checker.getTypeAtLocation(type).getProperty(method.name.getText());
      return member !== undefined && this.#isSurface(member);
    });
  }

  #isSurface(member: ts.Symbol): boolean {
    if (this.#nameOf(member) !== undefined) return true;
    const [declaration] = member.declarations ?? [];
    const alias = declaration && this.#checker.getTypeAtLocation(declaration).aliasSymbol;
    return this.#nameOf(alias) !== undefined;
  }

  /** By its name: every place that names it is guarded, or gives it to the guard. */
  #isOnlyUsedGuarded(fn: Fn): boolean {
    const name = nameOf(fn);
    const symbol = name && this.#symbolAt(name);
    const uses = symbol === undefined ? [] : this.#usesOf(symbol, name as ts.Identifier);
    return uses.length > 0 && uses.every((use) => this.#isGuardedUse(use));
  }

  #isGuardedUse(use: ts.Identifier): boolean {
    const value = ts.isPropertyAccessExpression(use.parent) ? use.parent : use;
    if (this.#isGivenToGuard(value)) return true;
    const call = value.parent;
    if (ts.isCallExpression(call) && call.expression === value) return this.#isGuarded(call);
    if (ts.isCallExpression(call)) return this.#isGuardedArgument(call, call.arguments.indexOf(value as ts.Expression));
    return ts.isImportSpecifier(call) || ts.isExportSpecifier(call);
  }

  /** Handed on: the function that takes it does with it only what is allowed. */
  #isGuardedArgument(call: ts.CallExpression, index: number): boolean {
    const declaration = this.#checker.getResolvedSignature(call)?.declaration;
    const parameter = declaration?.parameters[index];
    if (parameter === undefined || !ts.isParameter(parameter) || !ts.isIdentifier(parameter.name)) return false;
    const { name } = parameter;
    const symbol = this.#symbolAt(name);
    const uses = symbol === undefined ? [] : this.#usesOf(symbol, name);
    return uses.length > 0 && uses.every((use) => this.#isGuardedUse(use));
  }

  #symbolsOf(surfaces: readonly Surface[]): Map<ts.Node, string> {
    const found = new Map<ts.Node, string>();
    for (const { file, name, members } of surfaces) {
      const source = this.#files.find((each) => each.fileName.endsWith(file));
      const symbol = source && this.#checker.getExportsOfModule(this.#checker.getSymbolAtLocation(source)!);
      const declared = symbol?.find((each) => each.name === name);
      if (declared === undefined) throw new Error(`${file} exports no ${name}.`);
      if (members === undefined) found.set(declared.declarations![0]!, name);
      for (const member of members ?? []) {
        const property = this.#checker.getDeclaredTypeOfSymbol(declared).getProperty(member);
        if (property === undefined) throw new Error(`${name} of ${file} has no ${member}.`);
        found.set(property.declarations![0]!, `${name}.${member}`);
      }
    }
    return found;
  }

  #symbolAt(node: ts.Node): ts.Symbol | undefined {
    const at = ts.isPropertyAccessExpression(node) ? node.name : node;
    const symbol = this.#checker.getSymbolAtLocation(at);
    if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Alias) === 0) return symbol;
    return this.#checker.getAliasedSymbol(symbol);
  }

  /** Where else a function or variable is named. */
  #usesOf(symbol: ts.Symbol, name: ts.Identifier): ts.Identifier[] {
    const same = this.#identifiers.get(name.text) ?? [];
    return same.filter((use) => use !== name && this.#symbolAt(use) === symbol);
  }

  #collectIdentifiers(file: ts.SourceFile): void {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
        const same = this.#identifiers.get(node.text);
        if (same === undefined) this.#identifiers.set(node.text, [node as ts.Identifier]);
        else same.push(node as ts.Identifier);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }

  /** What is declared with one of these types: `callback: HookCallback`. */
  #namesOfType(types: readonly string[]): string[] {
    return types.flatMap((type) =>
      (this.#identifiers.get(type) ?? []).flatMap((use) => {
        let above: ts.Node = use.parent;
        while (ts.isTypeNode(above)) above = above.parent;
        const { name } = above as ts.NamedDeclaration;
        return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
      }),
    );
  }
}

function isOwn({ fileName }: ts.SourceFile): boolean {
  return !fileName.includes("/node_modules/");
}

function functionAround(node: ts.Node): Fn | undefined {
  for (let above = node.parent; above !== undefined; above = above.parent) {
    if (ts.isFunctionLike(above) && "body" in above) return above as Fn;
  }
  return undefined;
}

/** `key: condition ? one : (…) => other` */
function conditional(parent: ts.Node): ts.PropertyAssignment | undefined {
  const above = ts.isConditionalExpression(parent) ? parent.parent : undefined;
  return above !== undefined && ts.isPropertyAssignment(above) ? above : undefined;
}

function nameOf(fn: Fn): ts.Node | undefined {
  if (fn.name !== undefined) return fn.name;
  return ts.isVariableDeclaration(fn.parent) ? fn.parent.name : undefined;
}
