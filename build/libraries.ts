/**
 * Build: of the packages whose code is bundled, minimatch and yauzl, only what is reached. A bundler leaves out functions
 * nobody names, but no members of classes, and no branch for an option that is never set. It saves 1.9 kB of the tarball for minimatch and 1.3 for yauzl.
 * Invariant: what src/facade/minimatch.ts and src/adapters/archive ask of them does what it did; a name in these lists
 * that a new version of the package lacks fails the build.
 */
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import ts from 'typescript';
import { edited, walk } from './edit.js';

const CRC32 = join(process.cwd(), 'src/adapters/tree/crc32.ts');

/** Members of classes by their names, statements by what they assign to or call. */
type Unreached = readonly string[];

const each = (before: string, names: string): string[] => names.split(' ').map((name) => before + name);

const UNREACHED: Readonly<Record<string, Unreached>> = {
  'minimatch/dist/esm/index.js': [
    ...each('minimatch.', 'sep GLOBSTAR filter defaults braceExpand makeRe match AST Minimatch escape unescape'),
    ...each('', 'hasMagic makeRe defaults levelOneOptimize adjascentGlobstarOptimize'),
  ],
  'minimatch/dist/esm/ast.js': each('', 'hasMagic toJSON'),
  // Archives come through readers of our own, which give it pieces and take the inflating from it.
  'yauzl/index.js': [
    ...each('exports.', 'open fromFd fromBuffer openPromise fromFdPromise fromBufferPromise dosDateTimeToDate'),
    ...each('exports.', 'validateFileName parseExtraFields ZipFile Entry LocalFileHeader'),
    ...each('ZipFile.prototype.openReadStream', ' LowLevel Promise LowLevelPromise'),
    ...each('Entry.prototype.', 'canDecodeFileData isCompressed'),
    ...each('RandomAccessReader.prototype.', 'createReadStream _readStreamForRange read'),
    ...each('AssertByteCountStream.prototype.', '_transform _flush'),
    ...each('RefUnrefFilter.prototype.', '_flush unref'),
    ...each('util.inherits ', 'AssertByteCountStream RefUnrefFilter'),
  ],
};

/** Options of minimatch that src/facade/minimatch.ts leaves nobody to set. */
const UNSET = each('', 'debug dot flipNegate magicalBraces nobrace nocase noext noglobstar');
/** What follows from those it does set: it never runs on Windows, and no pattern is negated or a comment. */
const NEVER = each('this.', 'isWindows windowsNoMagicRoot preserveMultipleSlashes negate comment partial');
const ALWAYS = ['this.nonegate', 'options.nocomment'];

const textOf = (node: ts.Node | undefined): string => node?.getText() ?? '';

/** What a statement assigns to, or what it calls with its first argument. */
function subjectOf(statement: ts.Statement): string {
  if (!ts.isExpressionStatement(statement)) return '';
  const { expression } = statement;
  if (ts.isBinaryExpression(expression)) return textOf(expression.left);
  return ts.isCallExpression(expression) ? `${textOf(expression.expression)} ${textOf(expression.arguments[0])}` : '';
}

/** The code without what is listed. @throws Error for a name that is not there */
export function withoutUnreached(code: string, names: Unreached): string {
  return edited(code, (file, replace) => {
    const missing = new Set(names);
    const drop = (node: ts.Node, name: string): void => {
      if (!names.includes(name)) return;
      missing.delete(name);
      replace([node.pos, node.end], '');
    };
    for (const statement of file.statements) {
      drop(statement, subjectOf(statement));
      if (!ts.isClassDeclaration(statement)) continue;
      for (const member of statement.members) drop(member, textOf(member.name));
    }
    if (missing.size > 0) throw new Error(`a bundled package lacks ${[...missing].join(', ')}`);
  });
}

/** Code of minimatch with the options it is left with; the names that were there are added to `found`. */
export function settled(code: string, found: Set<string>): string {
  const settledValue = (access: ts.PropertyAccessExpression): string | undefined => {
    const text = access.getText();
    const isOption = /^(?:this\.)?#?(?:options|opt)$/.test(access.expression.getText());
    const name = isOption && UNSET.includes(access.name.text) ? access.name.text : text;
    if (![...UNSET, ...NEVER, ...ALWAYS].includes(name)) return undefined;
    found.add(name);
    return ALWAYS.includes(name) ? 'true' : 'false';
  };
  return edited(code, (file, replace) => {
    walk(file, (node) => {
      if (ts.isExpressionStatement(node) && node.getText().startsWith('this.debug(')) {
        replace(node, '');
        return true;
      }
      if (!ts.isPropertyAccessExpression(node) || isAssigned(node)) return false;
      const value = settledValue(node);
      if (value !== undefined) replace(node, value);
      return value !== undefined;
    });
  });
}

const isAssigned = (node: ts.Node): boolean =>
  ts.isBinaryExpression(node.parent) &&
  node.parent.left === node &&
  node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;

/**
 * yauzl as a module: of CommonJS the bundler would put all into functions that run later, what it asks for too.
 * The file system it takes for opening files is never asked, and `jest.mock('fs')` may put this package in the place of fs.
 */
export function asModule(code: string): string {
  const exported: string[] = [];
  const body = edited(code, (file, replace) => {
    for (const statement of file.statements) {
      const text = statement.getText();
      const [, name, path = '', member] = /^var (\w+) = require\("([^"]+)"\)(?:\.(\w+))?;$/.exec(text) ?? [];
      const [, assigned] = /^exports\.(\w+) = \1;$/.exec(text) ?? [];
      if (assigned !== undefined) exported.push(assigned);
      if (assigned !== undefined || text === '"use strict";') replace(statement, '');
      else if (path === 'fs' || path.startsWith('./')) replace(statement, `const ${name} = {};`);
      else if (member !== undefined) replace(statement, `import { ${member} as ${name} } from "node:${path}";`);
      else if (name !== undefined) replace(statement, `import ${name} from "node:${path}";`);
      // Its table for Nodes without zlib.crc32 is ours.
      else if (text.startsWith('const crc32 = ')) replace(statement, `import { crc32 } from ${JSON.stringify(CRC32)};`);
      else if (/\b(?:require\(|exports\.)/.test(text)) throw new Error(`yauzl has new CommonJS: ${text}`);
    }
  });
  return `${body}\nexport default { ${exported.join(', ')} };\n`;
}

/** For the bundler. */
export function withoutWhatLibrariesNeedNot(): Plugin {
  const found = new Set<string>();
  const seen = new Set<string>();
  return {
    name: 'libraries',
    transform(code, id) {
      const file = Object.keys(UNREACHED).find((each) => id.endsWith(`node_modules/${each}`));
      if (file === undefined) return undefined;
      seen.add(file);
      if (file.startsWith('minimatch')) return withoutUnreached(settled(code, found), UNREACHED[file] ?? []);
      return asModule(withoutUnreached(code, UNREACHED[file] ?? []));
    },
    buildEnd() {
      const missing = [
        ...Object.keys(UNREACHED).filter((file) => !seen.has(file)),
        ...[...UNSET, ...NEVER, ...ALWAYS].filter((name) => !found.has(name)),
      ];
      if (missing.length > 0) throw new Error(`no bundled package has ${missing.join(', ')}`);
    },
  };
}
