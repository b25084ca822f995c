/**
 * Helper of the facade tests: the same program on the real fs, in a temporary
 * directory, and on ours, with everything that must not differ made comparable:
 * results, errors with their own keys, and the tree afterwards.
 */
import nodeFs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createFs } from '../../src/facade/index.js';

export type Fs = typeof nodeFs;

export interface Side {
  readonly name: 'real' | 'ours';
  readonly fs: Fs;
  /** Absolute directory in which the program runs. */
  readonly root: string;
}

type Program = (side: Side) => unknown;

/** What a tree is made of: {name: 'text'} files, {name: {…}} directories, {name: '>target'} links. */
export interface Tree {
  readonly [name: string]: string | Tree;
}

export function plant(fs: Fs, directory: string, tree: Tree): void {
  for (const [name, content] of Object.entries(tree)) {
    const full = path.join(directory, name);
    if (typeof content === 'object') {
      fs.mkdirSync(full);
      plant(fs, full, content);
    } else if (content.startsWith('>')) fs.symlinkSync(content.slice(1), full);
    else fs.writeFileSync(full, content);
  }
}

/** Times older than this were set by the program; newer ones are the clock's. */
const SET_BY_PROGRAM = 1e9;

/** Every entry below `directory`, with type, mode, content or target, link count and set times. */
export function describeTree(fs: Fs, directory: string, hide = directory): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of fs.readdirSync(directory).sort()) {
    const full = path.join(directory, name);
    const stat = fs.lstatSync(full);
    const mode = (stat.mode & 0o7777).toString(8);
    const time = stat.mtimeMs < SET_BY_PROGRAM ? ` @${stat.mtimeMs}` : '';
    const key = full.replace(hide, '');
    if (stat.isSymbolicLink()) found[key] = `link ${fs.readlinkSync(full).replaceAll(hide, '$')}`;
    else if (stat.isDirectory()) {
      found[key] = `directory ${mode}${time}`;
      Object.assign(found, describeTree(fs, full, hide));
    } else found[key] = `file ${mode} *${stat.nlink} ${JSON.stringify(fs.readFileSync(full, 'latin1'))}${time}`;
  }
  return found;
}

export function plain(value: unknown, root: string): unknown {
  if (typeof value === 'string') return value.replaceAll(root, '$');
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('latin1')}`;
  if (value instanceof Error) return describeError(value, root);
  if (Array.isArray(value)) return value.map((each) => plain(each, root));
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, root)]));
  }
  return value;
}

/** An error with its class, message and own enumerable keys in order. */
export function describeError(error: unknown, root: string): unknown {
  if (!(error instanceof Error)) return error;
  const own = Object.keys(error).map((key) => [key, plain(Reflect.get(error, key), root)]);
  return {
    class: error.name,
    message: error.message.replaceAll(root, '$'),
    own,
    text: String(error).replaceAll(root, '$'),
  };
}

async function outcome(program: Program, side: Side): Promise<unknown> {
  try {
    return { value: plain(await program(side), side.root) };
  } catch (error) {
    return { error: describeError(error, side.root) };
  }
}

export interface Comparison {
  readonly real: { readonly result: unknown; readonly tree: Record<string, string> };
  readonly ours: { readonly result: unknown; readonly tree: Record<string, string> };
}

/** Runs a program on both sides from the same tree. The working directory is the root of each. */
export async function sideBySide(tree: Tree | ((side: Side) => void), program: Program): Promise<Comparison> {
  const root = nodeFs.realpathSync(nodeFs.mkdtempSync(path.join(os.tmpdir(), 'quotafs-')));
  const before = process.cwd();
  process.chdir(root);
  try {
    const ours = createFs();
    ours.mkdirSync(root, { recursive: true });
    const sides: Side[] = [
      { name: 'real', fs: nodeFs, root },
      { name: 'ours', fs: ours, root },
    ];
    const results: Comparison['real'][] = [];
    for (const side of sides) {
      if (typeof tree === 'function') tree(side);
      else plant(side.fs, root, tree);
      const result = await outcome(program, side);
      results.push({ result, tree: describeTree(side.fs, root) });
    }
    return { real: results[0], ours: results[1] };
  } finally {
    process.chdir(before);
    nodeFs.rmSync(root, { recursive: true, force: true });
  }
}
