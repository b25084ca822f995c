/**
 * Adapter, union: what the disk has and a change needs is brought into memory
 * first, under the quota: the directory in which something is created, the
 * content of a file that is changed in part.
 */
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeFs } from './lower.js';

export type CopyUp = (member: string, args: readonly unknown[]) => void;

/** Which argument names what is created or changed. */
const TARGETS = new Map([
  ...['appendFile', 'chmod', 'chown', 'mkdir', 'mkdtemp', 'mkdtempDisposable', 'open', 'truncate', 'utimes'].map(
    (name) => [name, 0] as const,
  ),
  ...[['writeFile', 0] as const, ['createWriteStream', 0] as const, ['readFile', 0] as const],
  ...['copyFile', 'cp', 'link', 'rename', 'symlink'].map((name) => [name, 1] as const),
]);

/** Calls that keep what is there, or refuse because it is; by default, as their flags say. */
const KEEPING = new Map([
  ...['appendFile', 'chmod', 'chown', 'link', 'mkdir', 'symlink', 'truncate', 'utimes'].map(
    (name) => [name, 'a'] as const,
  ),
  ...['open', 'writeFile', 'createWriteStream', 'readFile'].map((name) => [name, 'w'] as const),
]);
/** Calls whose first argument is only read, but must be in memory. */
const SOURCES = new Set(['copyFile', 'link']);

function textOf(path: unknown): string | undefined {
  if (typeof path === 'string') return posix.resolve(path);
  if (path instanceof Uint8Array) return posix.resolve(Buffer.from(path).toString());
  return path instanceof URL && path.protocol === 'file:' ? fileURLToPath(path) : undefined;
}

/** Whether a call needs what is at its target; `options` is its second argument, or the third after content. */
function keeps(member: string, options: unknown): boolean {
  const usual = KEEPING.get(member);
  if (usual === undefined || usual === 'a') return usual === 'a';
  const object = typeof options === 'object' && options !== null;
  const given: unknown = object ? (Reflect.get(options, 'flag') ?? Reflect.get(options, 'flags')) : undefined;
  const flags = (member === 'open' ? options : given) ?? usual;
  // 'wx' is refused because of what is there.
  return flags !== 'w' && flags !== 'w+';
}

const PIECE = 256 * 1024;

/** In pieces, so that a file larger than the quota never comes into memory. */
function copyContent(lower: NodeFs, from: number, upper: NodeFs, to: number): void {
  const piece = Buffer.allocUnsafe(PIECE);
  for (let length: number; (length = lower.readSync(from, piece, 0, PIECE, null)) > 0; ) {
    upper.writeSync(to, piece, 0, length);
  }
}

/** @returns a function to be called before a change, which throws what the upper layer throws, ENOSPC foremost */
export function makeCopyUp(lower: NodeFs, upper: NodeFs): CopyUp {
  const stat = (path: string) => lower.statSync(path, { throwIfNoEntry: false });

  function directory(path: string): void {
    if (upper.existsSync(path) || !stat(path)?.isDirectory()) return;
    upper.mkdirSync(path, { recursive: true });
  }

  function file(path: string): void {
    const source = upper.existsSync(path) ? undefined : stat(path);
    if (!source?.isFile()) return;
    directory(posix.dirname(path));
    const [from, to] = [lower.openSync(path, 'r'), upper.openSync(path, 'wx', source.mode & 0o7777)];
    try {
      copyContent(lower, from, upper, to);
      upper.fchmodSync(to, source.mode & 0o7777);
      upper.futimesSync(to, source.atime, source.mtime);
    } catch (error) {
      upper.unlinkSync(path);
      throw error;
    } finally {
      lower.closeSync(from);
      upper.closeSync(to);
    }
  }

  return (member, args) => {
    const name = member.replace(/Sync$/, '');
    const target = textOf(args[TARGETS.get(name) ?? 0]);
    if (!TARGETS.has(name) || target === undefined) return;
    const source = SOURCES.has(name) ? textOf(args[0]) : undefined;
    if (source !== undefined) file(source);
    directory(posix.dirname(target));
    if (!keeps(name, args[name === 'writeFile' ? 2 : 1])) return;
    directory(target);
    file(target);
  };
}
