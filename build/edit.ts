/**
 * Build: changes to code, found in its syntax tree. A pattern over text would take a string, a comment or a name in an
 * inner scope for what it looks for. Invariant: what is not edited stays as it was, byte by byte.
 */
import ts from 'typescript';

/** Puts `text` in the place of a node, or of what lies between two positions. */
export type Replace = (place: ts.Node | readonly [start: number, end: number], text: string) => void;

/** The code with the changes that `find` makes to it; they must not overlap. */
export function edited(code: string, find: (file: ts.SourceFile, replace: Replace) => void): string {
  const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  find(file, (place, text) => {
    const [start, end] = 'kind' in place ? [place.getStart(file), place.end] : place;
    edits.push({ start, end, text });
  });
  edits.sort((a, b) => a.start - b.start);
  let result = '';
  let done = 0;
  for (const { start, end, text } of edits) {
    if (start < done) throw new Error(`two edits of the same place: ${code.slice(start, end)}`);
    result += code.slice(done, start) + text;
    done = end;
  }
  return result + code.slice(done);
}

/** Calls `visit` for every node below; what it answers `true` for is not looked into. */
export function walk(node: ts.Node, visit: (node: ts.Node) => boolean): void {
  ts.forEachChild(node, (child) => {
    if (visit(child) !== true) walk(child, visit);
  });
}

/** What a statement of the form `const name = require("path");` names. */
export function requireOf(statement: ts.Statement): { readonly name: string; readonly path: string } | undefined {
  const [, name, path] = /^(?:const|let|var) ([\w$]+) = require\("([^"]+)"\);$/.exec(statement.getText()) ?? [];
  return name !== undefined && path !== undefined ? { name, path } : undefined;
}
