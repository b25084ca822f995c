/**
 * Compat tests, union: the real disk under a union, with every trace of a change
 * on it found in two ways: the tree is compared with what it was, contents and
 * times included, and each call that reaches it is looked at.
 */
import nodeFs, { type BigIntStats, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type NodeFs = typeof nodeFs;
type AnyFunction = (...args: unknown[]) => unknown;

/** Taken before anything else can replace them. */
const { chmodSync, lstatSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } =
  nodeFs;
const { symlinkSync, utimesSync, writeFileSync } = nodeFs;

/** A directory with something of everything in it. */
export function makeDisk(): string {
  const root = mkdtempSync(join(tmpdir(), 'quotafs-union-'));
  mkdirSync(join(root, 'd/e'), { recursive: true });
  mkdirSync(join(root, 'empty'));
  for (const name of ['a', 'b', 'd/c', 'd/e/f']) writeFileSync(join(root, name), `disk ${name}\n`, { mode: 0o644 });
  writeFileSync(join(root, 'large'), Buffer.alloc(100_000, 'large '));
  writeFileSync(join(root, 'none'), '');
  writeFileSync(join(root, 'exe'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(root, 'd/locked'), 'read only', { mode: 0o444 });
  linkSync(join(root, 'b'), join(root, 'd/b2'));
  symlinkSync('a', join(root, 'link'));
  symlinkSync(join(root, 'd'), join(root, 'dirlink'));
  symlinkSync('../large', join(root, 'd/up'));
  symlinkSync('nowhere', join(root, 'dangling'));
  symlinkSync('loop', join(root, 'loop'));
  utimesSync(join(root, 'a'), 1000, 2000.5);
  chmodSync(join(root, 'empty'), 0o750);
  return root;
}

export const removeDisk = (root: string): void => rmSync(root, { recursive: true });

const line = (root: string, name: string): string => {
  const path = join(root, name);
  const stat: BigIntStats = lstatSync(path, { bigint: true });
  const { ino, mode, nlink, uid, gid, size, mtimeNs, ctimeNs, birthtimeNs } = stat;
  const content = stat.isFile() ? readFileSync(path, 'latin1') : stat.isSymbolicLink() ? readlinkSync(path) : '';
  return [name, ino, mode.toString(8), nlink, uid, gid, size, mtimeNs, ctimeNs, birthtimeNs, content].join(' ');
};

/** The tree as lines; reading it changes no more than access times. */
export const stateOf = (root: string): string[] =>
  ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })].sort().map((name) => line(root, name));

/** Calls that change nothing, whatever their arguments. */
const HARMLESS = new Set([
  ...['access', 'close', 'exists', 'fdatasync', 'fstat', 'fsync', 'glob', 'lstat', 'openAsBlob', 'opendir', 'read'],
  ...['readdir', 'readlink', 'readv', 'realpath', 'stat', 'statfs', 'unwatchFile', 'watch', 'watchFile', 'native'],
]);
const CHANGES = constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

const reads = (flags: unknown): boolean =>
  flags === undefined ||
  flags === null ||
  typeof flags === 'function' ||
  ['r', 'rs', 'sr'].includes(flags as string) ||
  (typeof flags === 'number' && (flags & CHANGES) === 0 && (flags & 0o20000000) === 0);

const option = (given: unknown, name: string): unknown =>
  typeof given === 'object' && given !== null ? Reflect.get(given, name) : undefined;

function isHarmless(name: string, args: readonly unknown[]): boolean {
  const base = name.replace(/Sync$/, '');
  if (base === 'open') return reads(args[1]);
  if (base === 'readFile') return reads(option(args[1], 'flag'));
  if (base === 'createReadStream') return reads(option(args[1], 'flags')) && option(args[1], 'fs') === undefined;
  return HARMLESS.has(base);
}

const HANDLE_CHANGES = ['appendFile', 'chmod', 'chown', 'truncate', 'utimes', 'write', 'writeFile', 'writev'];

/** `node:fs` in which each call that could change something is noted, and not made. */
export function traced(violations: string[]): NodeFs {
  const note = (name: string, args: readonly unknown[]): void => {
    violations.push(`${name}(${args.map((each) => String(each).slice(0, 80)).join(', ')})`);
  };
  const watchHandle = (handle: unknown): unknown => {
    if (typeof handle !== 'object' || handle === null) return handle;
    for (const name of HANDLE_CHANGES) {
      const value = (...args: unknown[]) => note(`FileHandle.${name}`, args);
      Object.defineProperty(handle, name, { value, configurable: true });
    }
    return handle;
  };
  const trace = (object: object, form: string): object => {
    const members: Record<string, unknown> = {};
    for (const name of Object.keys(object)) {
      const value: unknown = Reflect.get(object, name);
      if (typeof value !== 'function') members[name] = value;
      else if (/^[A-Z]/.test(name)) members[name] = unusable(name, value, note);
      else {
        const checked = (...args: unknown[]): unknown => {
          if (!isHarmless(name, args)) note(form + name, args);
          if (!isHarmless(name, args))
            throw Object.assign(new Error(`the disk was asked to ${name}`), { code: 'EDISK' });
          const result = (value as AnyFunction)(...args);
          return form !== '' && name === 'open' ? (result as Promise<unknown>).then(watchHandle) : result;
        };
        const { prototype: _, ...parts } = Object.getOwnPropertyDescriptors(value);
        members[name] = Object.defineProperties(checked, parts);
      }
    }
    return members;
  };
  return { ...trace(nodeFs, ''), promises: trace(nodeFs.promises, 'promises.') } as NodeFs;
}

/** Classes open files themselves: none of the disk's may be made. Reading their prototypes is fine. */
function unusable(name: string, own: object, note: (name: string, args: readonly unknown[]) => void): unknown {
  return new Proxy(own, {
    construct(target, args, newTarget) {
      if (/Stream/.test(name)) note(`new ${name}`, args);
      return Reflect.construct(target as never, args, newTarget);
    },
    apply(target, self, args) {
      if (/Stream/.test(name)) note(name, args);
      return Reflect.apply(target as never, self, args);
    },
  });
}
