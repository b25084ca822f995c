/**
 * Build: names that users see stay, whatever the bundler and the minifier do to the others, and the minifiers of those who
 * bundle this package: of what entries export, and of classes on others (errors, emitters), as a property; of the functions
 * of an fs object (`fs.readFile.name`) and of classes that V8 itself puts into messages, in the code.
 * Invariant: `name` is what it is in the sources.
 */
import fs from 'node:fs';
import ts from 'typescript';
import { edited, type Replace, walk } from './edit.js';

/** Functions that have their names in the code. Those of any release: this runs on one of them. */
export const MEMBERS = [
  ...Object.keys(fs),
  ...['glob', 'globSync', 'toUnixTimestamp', 'native', 'openAsBlobSync', 'mkdtempDisposableSync'],
];

/** Classes of `node:fs` whose names V8 puts into messages: it asks the source, not the property `name`. */
export const SHOWN_CLASSES = ['FileHandle', 'Dir', 'FSWatcher', 'StatWatcher'];

const HELPER = `function __setName(own, value) {
  Object.defineProperty(own, 'name', { value, configurable: true });
}
`;

/** What the bundler adds to a name that several files have. */
const NUMBER = /\$\d+$/;
const plainName = (name: string): string => name.replace(NUMBER, '');

/** @param exported what entries export */
export function keepNames(code: string, exported: ReadonlySet<string>): string {
  const functions: string[] = [];
  const named = edited(code, (file, replace) => {
    for (const statement of file.statements) {
      const name = functionOf(statement);
      if (exported.has(plainName(name))) functions.push(`__setName(${name}, '${plainName(name)}');\n`);
    }
    walk(file, (node) => {
      if (ts.isClassLike(node)) nameClass(node, exported, replace);
      if (ts.isFunctionExpression(node) && node.name) demandOwnName(node.name.text, MEMBERS);
      return false;
    });
  });
  const all = named + functions.join('');
  return all.includes('__setName(') ? all + HELPER : all;
}

/** The name of a function at the top of a file. */
function functionOf(statement: ts.Statement): string {
  if (ts.isFunctionDeclaration(statement)) return statement.name?.text ?? '';
  const [only] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
  return only?.initializer && ts.isArrowFunction(only.initializer) ? only.name.getText() : '';
}

function nameClass(node: ts.ClassLikeDeclaration, exported: ReadonlySet<string>, replace: Replace): void {
  const given = node.name?.text ?? nameFrom(node.parent);
  const name = plainName(given);
  const isShown = SHOWN_CLASSES.includes(name);
  if (name === '' || !(isShown || exported.has(name) || node.heritageClauses)) return;
  const start = node.getStart() + 'class'.length;
  if (isShown) demandOwnName(given, SHOWN_CLASSES);
  if (isShown && node.name === undefined) replace([start, start], ` ${name}`);
  const body = node.members.pos;
  replace([body, body], `\n  static { __setName(this, '${name}'); }`);
}

const nameFrom = (parent: ts.Node): string =>
  (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && ts.isIdentifier(parent.name)
    ? parent.name.text
    : '';

function demandOwnName(given: string, kept: readonly string[]): void {
  const own = plainName(given);
  if (own !== given && kept.includes(own)) throw new Error(`the bundler calls ${own} ${given}: two of that name meet`);
}
