/**
 * Build: the bundler's CommonJS made plain. It guards against what does not occur here: bindings that change after they
 * were exported, functions that would take their module for `this`, built-in modules without a default export. One object
 * of exports instead of getters and assignments saves 750 bytes of the tarball, direct calls 200, and the copies of
 * built-in modules would be a file more to load.
 * Invariant: a file exports the same values by the same names.
 */
import ts from 'typescript';
import { edited, requireOf, walk } from './edit.js';

/**
 * @param isEntry true where Node looks for the names that a module may import: it reads `exports.name =`
 * @param short other names for exports that no user sees
 */
export function plain(code: string, isEntry: boolean, short?: ReadonlyMap<string, string>): string {
  const exported: [name: string, value: string][] = [];
  const unset = new Set<string>();
  const body = edited(code, (file, replace) => {
    const builtins = new Set<string>();
    for (const statement of file.statements) {
      const required = requireOf(statement);
      if (required?.path.startsWith('node:')) builtins.add(required.name);
      const again = interopOf(statement);
      if (again !== undefined) {
        builtins.add(again.name);
        replace(statement, again.name === again.of ? '' : `const ${again.name} = ${again.of};`);
      }
      for (const name of unsetIn(statement)) unset.add(name);
      const pair = exportOf(statement);
      if (pair !== undefined) exported.push(pair);
      // What nothing is taken from need not be loaded.
      const isUnused = required?.path.startsWith('./') && !isUsed(required.name, file);
      if (pair !== undefined || isUnused || isBareRequire(statement)) replace(statement, '');
    }
    walk(file, (node) => {
      if (interopOf(node) !== undefined || exportOf(node) !== undefined) return true;
      // `(0, file.name)()`
      if (ts.isParenthesizedExpression(node) && ts.isBinaryExpression(node.expression)) {
        const { left, operatorToken, right } = node.expression;
        const isGuard = operatorToken.kind === ts.SyntaxKind.CommaToken && left.getText() === '0';
        if (!isGuard || !ts.isPropertyAccessExpression(right)) return false;
        replace([node.getStart(), right.getStart()], '');
        replace([right.end, node.end], '');
      }
      // Of a built-in module the default export is the module.
      if (!ts.isPropertyAccessExpression(node) || node.name.text !== 'default') return false;
      if (builtins.has(node.expression.getText())) replace([node.expression.end, node.end], '');
      return false;
    });
  });
  for (const [name, value] of exported) {
    if (unset.has(value)) throw new Error(`${name} is exported before it is set`);
  }
  if (exported.length === 0) return body;
  if (isEntry) return `${body}\n${exported.map(([name, value]) => `exports.${name} = ${value};\n`).join('')}`;
  return `${body}\nmodule.exports = { ${exported.map(([name, value]) => `${short?.get(name) ?? name}: ${value}`)} };\n`;
}

/** `exports.name = value;`, or a getter of that name */
function exportOf(node: ts.Node): [name: string, value: string] | undefined {
  if (!ts.isExpressionStatement(node)) return undefined;
  const text = node.getText();
  const [, name, value] =
    /^exports\.(\w+) = ([\w.$]+);$/.exec(text) ??
    /^Object\.defineProperty\(exports, "([\w$]+)", \{\s*enumerable: true,\s*get: function\s*\(\) \{\s*return ([\w$]+);\s*\}\s*\}\);$/.exec(
      text,
    ) ??
    [];
  if (name !== undefined && value !== undefined) return [name, value];
  if (/^(?:exports\b|Object\.defineProperty\(exports)/.test(text)) throw new Error(`an unknown export: ${text}`);
  return undefined;
}

/** The names of `let name;` */
function unsetIn(statement: ts.Statement): string[] {
  if (!ts.isVariableStatement(statement)) return [];
  const { declarations } = statement.declarationList;
  return declarations.filter(({ initializer }) => initializer === undefined).map(({ name }) => name.getText());
}

/** Whether a name is more than declared, and passed by what `interopOf` finds. */
function isUsed(name: string, file: ts.SourceFile): boolean {
  let uses = 0;
  walk(file, (node) => {
    if (interopOf(node) !== undefined) return true;
    if (ts.isIdentifier(node) && node.text === name) uses++;
    return false;
  });
  return uses > 1;
}

const isBareRequire = (statement: ts.Statement): boolean => /^require\("\.\/[^"]+"\);$/.test(statement.getText());

/** `name = runtime.n(of, 1);`, which gives a built-in module a default export */
function interopOf(node: ts.Node): { readonly name: string; readonly of: string } | undefined {
  if (!ts.isStatement(node)) return undefined;
  const [, name, of] = /^(?:let )?(node_[\w$]+) = [\w.$]+\((node_[\w$]+)(?:, 1)?\);$/.exec(node.getText()) ?? [];
  return name !== undefined && of !== undefined ? { name, of } : undefined;
}
