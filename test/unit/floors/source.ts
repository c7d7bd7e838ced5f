import ts from 'typescript';

/** A file as the rules see it: where it lies in the repository, with slashes, and what it says. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One import or re-export. `isType` if nothing of it is left when it runs. */
export interface Import {
  readonly from: string;
  readonly isType: boolean;
  /** From 1. */
  readonly line: number;
}

/** What a file contains that the style forbids or restricts, each with its line. */
export interface Sighting {
  readonly what: 'default export' | 'export *' | 'any' | 'enum';
  readonly line: number;
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.isTypeOnly) return true;
  const { name, namedBindings } = importClause;
  if (name !== undefined || namedBindings === undefined) return false;
  return ts.isNamedImports(namedBindings) && namedBindings.elements.every((one) => one.isTypeOnly);
}

function isTypeExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true;
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return false;
  return exportClause.elements.length > 0 && exportClause.elements.every((one) => one.isTypeOnly);
}

/** The module a node names, and whether only for its types; null for every other node. */
function named(node: ts.Node): { readonly from: ts.Node | undefined; isType: boolean } | null {
  if (ts.isImportDeclaration(node)) {
    return { from: node.moduleSpecifier, isType: isTypeImport(node) };
  }
  if (ts.isExportDeclaration(node)) {
    return { from: node.moduleSpecifier, isType: isTypeExport(node) };
  }
  if (ts.isImportTypeNode(node)) {
    return {
      from: ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node,
      isType: true,
    };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { from: node.arguments[0], isType: false };
  }
  return null;
}

function sighted(node: ts.Node): Sighting['what'] | null {
  if (ts.isExportAssignment(node)) return 'default export';
  if (node.kind === ts.SyntaxKind.DefaultKeyword && ts.isFunctionDeclaration(node.parent)) {
    return 'default export';
  }
  if (node.kind === ts.SyntaxKind.DefaultKeyword && ts.isClassDeclaration(node.parent)) {
    return 'default export';
  }
  if (ts.isExportDeclaration(node)) {
    const { exportClause } = node;
    const isStar = exportClause === undefined || ts.isNamespaceExport(exportClause);
    return isStar && node.moduleSpecifier !== undefined ? 'export *' : null;
  }
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'any';
  return ts.isEnumDeclaration(node) ? 'enum' : null;
}

/** Everything that the rules want to know of a file, in the order of its lines. */
export function scan({ path, text }: SourceFile): {
  readonly imports: readonly Import[];
  readonly sightings: readonly Sighting[];
} {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const lineOf = (node: ts.Node): number =>
    file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  const imports: Import[] = [];
  const sightings: Sighting[] = [];
  const visit = (node: ts.Node): void => {
    const { from, isType = false } = named(node) ?? {};
    if (from !== undefined && ts.isStringLiteralLike(from)) {
      imports.push({ from: from.text, isType, line: lineOf(node) });
    }
    const what = sighted(node);
    if (what !== null) sightings.push({ what, line: lineOf(node) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { imports, sightings };
}
