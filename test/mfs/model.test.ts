/**
 * Random calls against a naive model of D-MemFS: a Map of paths. Each call must
 * succeed or fail as the model says, and afterwards the two hold the same.
 */
import { describe, expect, it } from 'vitest';
import type { MemoryFileHandle, MemoryFileSystem } from '../../src/mfs/index.js';
import { createPrng, effort, type Prng, seeds } from '../helpers/prng.js';
import { expectClean } from '../helpers/snapshot.js';
import { codeOf, createMfs } from './helpers.js';

type Node = 'directory' | Buffer;

/** What D-MemFS holds and answers, as simply as it can be said. */
class Model {
  readonly nodes = new Map<string, Node>([['/', 'directory']]);
  /** Open handles by path: readers counted, a writer as Infinity. */
  readonly open = new Map<string, number>();

  isDir = (path: string): boolean => this.nodes.get(path) === 'directory';
  below = (path: string): string[] =>
    [...this.nodes.keys()].filter((other) => other === path || other.startsWith(path === '/' ? '/' : `${path}/`));
  isOpen = (path: string): boolean => this.below(path).some((other) => this.open.has(other));

  /** ENOTDIR when a file stands in the way to `path`, ENOENT when a directory is missing, or undefined. */
  wayTo(path: string): string | undefined {
    for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const node = this.nodes.get(path.slice(0, slash));
      if (node === undefined) return 'ENOENT';
      if (node !== 'directory') return 'ENOTDIR';
    }
    return undefined;
  }

  missing = (path: string): string => this.wayTo(path) ?? 'ENOENT';

  mkdirp(path: string): void {
    for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      this.nodes.set(path.slice(0, slash), 'directory');
    }
    this.nodes.set(path, 'directory');
  }

  mkdir(path: string, existOk: boolean): string {
    if (this.nodes.has(path)) return this.isDir(path) && existOk ? 'ok' : 'EEXIST';
    if (this.wayTo(path) === 'ENOTDIR') return 'ENOTDIR';
    this.mkdirp(path);
    return 'ok';
  }

  relocate(src: string, dst: string, makeParents: boolean): string {
    if (!this.nodes.has(src)) return this.missing(src);
    if (this.nodes.has(dst)) return 'EEXIST';
    const way = this.wayTo(dst);
    if (way === 'ENOTDIR') return 'ENOTDIR';
    if (this.isOpen(src)) return 'EBUSY';
    if (dst.startsWith(`${src}/`)) return this.isDir(src) && (way === undefined || makeParents) ? 'EINVAL' : 'any';
    if (way !== undefined && !makeParents) return way;
    const parent = dst.slice(0, dst.lastIndexOf('/'));
    if (parent !== '') this.mkdirp(parent);
    for (const path of this.below(src)) {
      this.nodes.set(dst + path.slice(src.length), this.nodes.get(path) as Node);
      this.nodes.delete(path);
    }
    return 'ok';
  }

  remove(path: string): string {
    const node = this.nodes.get(path);
    if (node === undefined) return this.missing(path);
    if (node === 'directory') return 'EISDIR';
    if (this.open.has(path)) return 'EBUSY';
    this.nodes.delete(path);
    return 'ok';
  }

  rmtree(path: string): string {
    const node = this.nodes.get(path);
    if (node === undefined) return this.missing(path);
    if (node !== 'directory') return 'ENOTDIR';
    if (this.isOpen(path)) return 'EBUSY';
    for (const each of this.below(path)) this.nodes.delete(each);
    return 'ok';
  }

  copy(src: string, dst: string, tree: boolean): string {
    const node = this.nodes.get(src);
    if (node === undefined) return this.missing(src);
    if ((node === 'directory') !== tree) return tree ? 'ENOTDIR' : 'EISDIR';
    if (this.nodes.has(dst)) return 'EEXIST';
    const way = this.wayTo(dst);
    if (way === 'ENOTDIR') return 'ENOTDIR';
    if (this.below(src).some((path) => this.open.get(path) === Number.POSITIVE_INFINITY)) return 'EBUSY';
    if (way !== undefined) return way;
    if (dst.startsWith(`${src}/`)) return 'EINVAL';
    for (const path of this.below(src)) this.nodes.set(dst + path.slice(src.length), this.nodes.get(path) as Node);
    return 'ok';
  }

  importTree(tree: Record<string, Buffer>): string {
    const paths = Object.keys(tree);
    for (const path of paths) {
      if (this.isDir(path)) return 'EISDIR';
      if (this.open.has(path)) return 'EBUSY';
      if (this.wayTo(path) === 'ENOTDIR' || paths.some((other) => path.startsWith(`${other}/`))) return 'any';
    }
    for (const [path, data] of Object.entries(tree)) {
      const parent = path.slice(0, path.lastIndexOf('/'));
      if (parent !== '') this.mkdirp(parent);
      this.nodes.set(path, data);
    }
    return 'ok';
  }

  openFile(path: string, mode: string): string {
    const node = this.nodes.get(path);
    if (node === 'directory') return 'EISDIR';
    if (node === undefined) {
      const way = this.wayTo(path);
      if (way !== undefined) return way;
      if (mode === 'rb' || mode === 'r+b') return 'ENOENT';
    } else if (mode === 'xb') return 'EEXIST';
    const holders = this.open.get(path);
    if (holders !== undefined && (mode !== 'rb' || holders === Number.POSITIVE_INFINITY)) return 'EBUSY';
    if (node === undefined || mode === 'wb') this.nodes.set(path, Buffer.alloc(0));
    this.open.set(path, mode === 'rb' ? (holders ?? 0) + 1 : Number.POSITIVE_INFINITY);
    return 'ok';
  }

  close(path: string): void {
    const holders = this.open.get(path) as number;
    if (holders > 1 && holders < Number.POSITIVE_INFINITY) this.open.set(path, holders - 1);
    else this.open.delete(path);
  }
}

const NAMES = ['a', 'b', 'ü'];
const pathOf = (random: Prng): string =>
  `/${Array.from({ length: random.between(1, 3) }, () => random.pick(NAMES)).join('/')}`;

/** Makes one call on both. Where the model says 'any' the call must fail, with whatever code. */
function step(mfs: MemoryFileSystem, model: Model, handles: Map<MemoryFileHandle, string>, random: Prng): string {
  const [path, other] = [pathOf(random), pathOf(random)];
  const both = (name: string, expected: string, call: () => unknown): string => {
    const got = codeOf(call);
    if (expected === 'any') expect(got, name).not.toBe('ok');
    else expect(got, name).toBe(expected);
    return name;
  };
  const data = Buffer.alloc(random.pick([0, 1, 100, 5000]), random.int(256));
  switch (random.int(10)) {
    case 0: {
      const existOk = random.chance(0.5);
      return both(`mkdir ${path} ${existOk}`, model.mkdir(path, existOk), () => mfs.mkdir(path, { existOk }));
    }
    case 1:
      return both(`rename ${path} ${other}`, model.relocate(path, other, false), () => mfs.rename(path, other));
    case 2:
      return both(`move ${path} ${other}`, model.relocate(path, other, true), () => mfs.move(path, other));
    case 3:
      return both(`remove ${path}`, model.remove(path), () => mfs.remove(path));
    case 4:
      // Seldom, or there would never be much of a tree.
      if (random.chance(0.7)) return 'nothing';
      return both(`rmtree ${path}`, model.rmtree(path), () => mfs.rmtree(path));
    case 5:
      return both(`copy ${path} ${other}`, model.copy(path, other, false), () => mfs.copy(path, other));
    case 6:
      return both(`copyTree ${path} ${other}`, model.copy(path, other, true), () => mfs.copyTree(path, other));
    case 7: {
      const tree = { [path]: data, [other]: Buffer.from('other') };
      return both(`importTree ${Object.keys(tree)}`, model.importTree(tree), () => mfs.importTree(tree));
    }
    case 8: {
      const mode = random.pick(['rb', 'wb', 'ab', 'r+b', 'xb'] as const);
      return both(`open ${path} ${mode}`, model.openFile(path, mode), () => handles.set(mfs.open(path, mode), path));
    }
    default:
      return useHandle(model, handles, random, data);
  }
}

function useHandle(model: Model, handles: Map<MemoryFileHandle, string>, random: Prng, data: Buffer): string {
  const [handle, path] = random.pick([...handles, [undefined, '']] as [MemoryFileHandle | undefined, string][]);
  if (handle === undefined) return 'nothing';
  const content = model.nodes.get(path) as Buffer;
  if (random.chance(0.4)) {
    handle.close();
    handles.delete(handle);
    model.close(path);
    return `close ${path}`;
  }
  if (!handle.writable()) {
    const position = handle.seek(random.int(content.length + 2));
    expect(handle.read(10)).toEqual(content.subarray(position, position + 10));
    return `read ${path}`;
  }
  if (random.chance(0.3)) {
    const size = random.int(200);
    handle.truncate(size);
    model.nodes.set(path, Buffer.concat([content, Buffer.alloc(size)]).subarray(0, size));
    return `truncate ${path} ${size}`;
  }
  const at = handle.mode === 'ab' ? content.length : handle.seek(random.int(content.length + 10));
  handle.write(data);
  if (data.length > 0) {
    const padded = Buffer.concat([content, Buffer.alloc(Math.max(0, at + data.length - content.length))]);
    data.copy(padded, at);
    model.nodes.set(path, padded);
  }
  return `write ${path} ${data.length} at ${at}`;
}

function compare(mfs: MemoryFileSystem, model: Model): void {
  const files = [...model.nodes].filter(([, node]) => node !== 'directory');
  const directories = [...model.nodes.keys()].filter((path) => model.isDir(path));
  expect([...mfs.walk()].map(([path]) => path).sort()).toEqual(directories.sort());
  for (const [path, content] of files) {
    if (mfs.getSize(path) !== content.length)
      expect.fail(`${path} has ${mfs.getSize(path)} bytes, not ${content.length}`);
  }
  if ([...model.open.values()].includes(Number.POSITIVE_INFINITY)) return;
  const exported = mfs.exportTree();
  expect(Object.keys(exported).sort()).toEqual(files.map(([path]) => path).sort());
  for (const [path, content] of files) if (!exported[path]?.equals(content as Buffer)) expect.fail(`${path} differs`);
}

describe('random calls', () => {
  it.each(seeds(2026))('agree with the model (seed %i)', { timeout: 60_000 * effort }, (seed) => {
    const random = createPrng(seed);
    for (let sequence = 0; sequence < 500 * effort; sequence++) {
      const mfs = createMfs({ maxQuota: 32 * 1024 * 1024 });
      const model = new Model();
      const handles = new Map<MemoryFileHandle, string>();
      const log: string[] = [];
      try {
        for (let i = 0; i < 60; i++) {
          log.push(step(mfs, model, handles, random));
          compare(mfs, model);
        }
      } catch (error) {
        throw new Error(`seed ${seed}, after ${log.join('; ')}`, { cause: error });
      }
      for (const handle of handles.keys()) handle.close();
      model.open.clear();
      compare(mfs, model);
      expectClean(mfs.engine);
    }
  });
});
