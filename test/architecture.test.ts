/**
 * The one rule of the source tree, read from its imports: core ← host ← facade | mfs ← adapters ← index.
 * The compiler keeps Node's globals out of the core (its tsconfig has no types); this test keeps the rest.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));
const MAX_LINES = 350;

/** What each layer may import besides itself. 'index' is src/index.ts. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  host: ['core'],
  facade: ['core', 'host'],
  mfs: ['core', 'host'],
  adapters: ['core', 'host', 'facade', 'mfs'],
  index: ['core', 'host', 'facade', 'mfs', 'adapters'],
};

const HOST_GLOBALS = new Set([
  'Buffer',
  'process',
  'console',
  'global',
  'globalThis',
  'require',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
]);

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Absolute path of the imported file, or undefined when it is not one of ours. */
  readonly target: string | undefined;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(src, name));

const imports: Import[] = files.flatMap((from) =>
  ts.preProcessFile(readFileSync(from, 'utf8'), true, true).importedFiles.map(({ fileName: specifier }) => ({
    from,
    specifier,
    target: specifier.startsWith('.') ? resolve(dirname(from), specifier).replace(/\.js$/, '.ts') : undefined,
  })),
);

const short = (path: string) => relative(src, path).split(sep).join('/');
const layerOf = (path: string) => short(path).replace(/\.ts$/, '').split('/')[0] ?? '';
const describeImport = (each: Import) => `${short(each.from)} imports ${each.specifier}`;
const contains = (folder: string, path: string) => path === folder || path.startsWith(folder + sep);

/** A folder is entered through its index.ts; its own files and those below it may use any of its files. */
function bypassesIndex({ from, target }: Import): boolean {
  if (target === undefined) return false;
  const folder = dirname(target);
  if (contains(folder, dirname(from)) || target === join(folder, 'index.ts')) return false;
  return layerOf(from) !== layerOf(target) || existsSync(join(folder, 'index.ts'));
}

function hostGlobalsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && HOST_GLOBALS.has(node.text) && !isMemberName(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${short(file)}:${line + 1} ${node.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** True for the `process` of `x.process` or of `{ process: 1 }`: a name, not a use of the global. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodDeclaration(parent)) &&
    parent.name === node
  );
}

describe('architecture', () => {
  it('finds the source and resolves its imports', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(imports.filter(({ target }) => target !== undefined && !existsSync(target)).map(describeImport)).toEqual([]);
  });

  it('knows every layer', () => {
    expect([...new Set(files.map(layerOf))].filter((layer) => !(layer in MAY_IMPORT))).toEqual([]);
  });

  it('imports downwards only', () => {
    const upwards = imports.filter(({ from, target }) => {
      if (target === undefined) return false;
      const [own, other] = [layerOf(from), layerOf(target)];
      return own !== other && !MAY_IMPORT[own]?.includes(other);
    });
    expect(upwards.map(describeImport)).toEqual([]);
  });

  it('keeps the core free of everything outside it', () => {
    const outside = imports.filter(({ from, target }) => layerOf(from) === 'core' && target === undefined);
    expect.soft(outside.map(describeImport)).toEqual([]);
    expect.soft(files.filter((file) => layerOf(file) === 'core').flatMap(hostGlobalsIn)).toEqual([]);
    const config = ts.readConfigFile(join(src, 'core', 'tsconfig.json'), ts.sys.readFile).config;
    expect(config.compilerOptions.types).toEqual([]);
    expect(config.compilerOptions.lib.some((lib: string) => /^dom/i.test(lib))).toBe(false);
  });

  it('enters a folder through its index only', () => {
    expect(imports.filter(bypassesIndex).map(describeImport)).toEqual([]);
  });

  it('names built-in modules with their prefix and ships no dependency', () => {
    const manifest = JSON.parse(readFileSync(join(src, '..', 'package.json'), 'utf8'));
    expect(manifest.dependencies).toBeUndefined();
    const known = new Set([
      ...Object.keys(manifest.devDependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ]);
    const bare = imports.filter(({ specifier, target }) => target === undefined && !specifier.startsWith('node:'));
    expect(bare.filter(({ specifier }) => !known.has(packageOf(specifier))).map(describeImport)).toEqual([]);
  });

  it('opens every file with a paragraph that says what it is', () => {
    const opening = /^(?:#!.*\n)?\/\*\*[\s*]+(?:Core|Host|Facade|D-MemFS|Adapters?|Index)\b/;
    expect(files.filter((file) => !opening.test(readFileSync(file, 'utf8'))).map(short)).toEqual([]);
  });

  it(`has no file longer than ${MAX_LINES} lines`, () => {
    const lines = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n').length;
    expect(files.filter((file) => lines(file) > MAX_LINES).map(short)).toEqual([]);
  });
});

/** '@scope/name/deep' → '@scope/name'. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
