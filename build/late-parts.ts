/**
 * Build: what is loaded by its first use. To compile code is most of what an import costs, so parts that many programs
 * never need are files of their own; sources import from `./late.js` and its like as from any file, and here such imports
 * become calls. Built-in modules that are dear and rarely needed are loaded the same way.
 * It halves the time of an import; short names for what parts export save 700 bytes of the tarball.
 * Invariants: there is one copy of a part for each copy of the package, even when a test runner has emptied the cache of
 * modules since, because the base loads it and hands itself to it; and what a program has put into `node:fs` is not asked
 * for the file (src/host/unpatched.ts).
 */
import type { Plugin } from 'rolldown';
import ts from 'typescript';
import { edited, requireOf, walk } from './edit.js';
import { BASE, LATE_PARTS } from './entries.js';
import { SHORT_NAMES } from './minify.js';

const PARTS = Object.keys(LATE_PARTS);
const LATE_BUILTINS = ['node:readline', 'node:stream/web', 'node:os', 'node:module', 'node:vm'];

const SOURCE = new RegExp(`^\\.\\.?/(${PARTS.join('|')})\\.js$`);
const fileOf = (part: string): string => `./${part}.cjs`;
/** What the base exports a part's loader as. */
const loaderOf = (part: string): string => `_${PARTS.indexOf(part)}`;

/** Leaves the parts out of the files that import them. */
export function lateParts(): Plugin {
  return {
    name: 'late-parts',
    resolveId(source, importer) {
      const [, part] = (importer !== undefined && SOURCE.exec(source)) || [];
      return part === undefined ? undefined : { id: fileOf(part), external: true };
    },
  };
}

/** For each part, short names in the places of those it exports: nobody else sees them. */
export type PartNames = Readonly<Record<string, ReadonlyMap<string, string>>>;

export function namesOfParts(
  parts: readonly { readonly name: string; readonly exports: readonly string[] }[],
): PartNames {
  const short = (name: string, index: number): [string, string] => [name, SHORT_NAMES.get(index)];
  return Object.fromEntries(parts.map(({ name, exports }) => [name, new Map([...exports].sort().map(short))]));
}

/** Code with calls in the places of its late imports; the base gets what they call. */
export function loadLate(code: string, isBase: boolean, names: PartNames): string {
  const builtins: string[] = [];
  const result = edited(code, (file, replace) => {
    const calls = new Map<string, string>();
    const parts = new Map<string, string>();
    const base = file.statements.map(requireOf).find((each) => each?.path === fileOf(BASE))?.name;
    for (const statement of file.statements) {
      const { name, path } = requireOf(statement) ?? {};
      if (name === undefined || path === undefined) continue;
      const part = PARTS.find((each) => fileOf(each) === path);
      if (part !== undefined) {
        calls.set(name, `${isBase ? '' : `${base}.`}${loaderOf(part)}()`);
        parts.set(name, part);
      } else if (isBase && path.startsWith('./')) throw new Error(`the base stands on ${path}`);
      else if (LATE_BUILTINS.includes(path)) {
        calls.set(name, `${name}()`);
        builtins.push(`var ${name}_;\nfunction ${name}() { return ${name}_ ??= require("${path}"); }\n`);
      } else continue;
      replace(statement, '');
    }
    if (!isBase && base === undefined && parts.size > 0) throw new Error('a late part is used without the base');
    walk(file, (node) => {
      if (!ts.isIdentifier(node) || (ts.isVariableDeclaration(node.parent) && node.parent.name === node)) return false;
      const call = calls.get(node.text);
      if (call === undefined) return false;
      const { parent } = node;
      const access = ts.isPropertyAccessExpression(parent) ? parent : undefined;
      if (access?.name === node) return false;
      const part = parts.get(node.text);
      if (part !== undefined && access !== undefined) replace(access.name, shortName(names, part, access.name.text));
      if (access === undefined && (part !== undefined || ts.isShorthandPropertyAssignment(parent))) {
        throw new Error(`a late import is used as ${parent.getText()}`);
      }
      // `new f().Name()` would be an object of `f`.
      replace(node, ts.isNewExpression(parent.parent) ? `(${call})` : call);
      return true;
    });
  });
  return result + builtins.join('') + (isBase ? loaders(code) : '');
}

function shortName(names: PartNames, part: string, name: string): string {
  const short = names[part]?.get(name);
  if (short === undefined) throw new Error(`${part} has no ${name}`);
  return short;
}

function loaders(code: string): string {
  if (!code.includes('function unpatched(')) throw new Error('the base lacks the function that loads late parts');
  const all = PARTS.map((part) => {
    const name = loaderOf(part);
    if (new RegExp(`\\b${name}\\b`).test(code)) throw new Error(`the base has a ${name} of its own`);
    const load = `unpatched(() => require("${fileOf(part)}"))(module.exports)`;
    return `var ${name}_;\nfunction ${name}() { return ${name}_ ??= ${load}; }\nmodule.exports.${name} = ${name};\n`;
  });
  return all.join('');
}

/** A late part as a function that is given the base and gives its exports. @throws Error if it stands on anything else */
export function asPart(code: string): string {
  const body = edited(code, (file, replace) => {
    for (const statement of file.statements) {
      const { name, path } = requireOf(statement) ?? {};
      if (path === fileOf(BASE)) replace(statement, `const ${name} = __base;`);
      else if (path?.startsWith('./')) throw new Error(`a late part stands on ${path}`);
    }
  });
  return `module.exports = function (__base) {\nlet __exports;\n${body.replaceAll('module.exports', '__exports')}\nreturn __exports;\n};\n`;
}
