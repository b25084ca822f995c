/**
 * Adapter, overlay: memory over a real directory. Owns the options; the volume
 * itself does the rest (src/core/lower*.ts).
 */
import type { Stats } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine } from '../../core/index.js';
import {
  type CreateFsOptions,
  createFsOver,
  decodeName,
  encodeName,
  engineOf,
  invalidArgType,
  invalidArgValue,
  toNodeError,
  validateInteger,
  validatePath,
} from '../../facade/index.js';
import { ownFs } from '../../host/index.js';
import { type ApplyFs, applyChanges, refusal } from './apply.js';
import { type Change, listChanges } from './changes.js';
import { type LowerFs, lowerSource } from './source.js';

/** `node:fs` as it was when this was loaded: a mount may patch it later. */
const disk: LowerFs = { ...ownFs };
const writableDisk: ApplyFs = { ...ownFs };

/** Options of {@link createOverlay}: those of `createFs`, and what lies below. */
export interface OverlayOptions extends CreateFsOptions {
  /** The file system below, shaped as `node:fs`; only read. Default: `node:fs`. */
  readonly lower?: LowerFs;
  /** The directory that is shown, at its own absolute path. */
  readonly root?: string | Buffer | URL;
  /** Several of them, instead of `root`. One within another is a part of that. */
  readonly roots?: readonly (string | Buffer | URL)[];
  /** Whether changes are refused with EROFS. Default false. */
  readonly readOnly?: boolean;
  /** Bytes of the quota kept for what has been looked up below. Default: a sixteenth, 128 KiB to 16 MiB. */
  readonly lookups?: number;
}

/** Memory over a real directory. */
export interface Overlay {
  /** The whole of `node:fs`: shows the lower tree, keeps changes in memory. */
  readonly fs: typeof import('node:fs');
  /** What differs from the lower tree as it is now, sorted by path. @throws the lower file system's errors */
  changes(): Change[];
  /**
   * Makes `dir` differ from the root as the overlay does; with the root itself, writes the changes onto the lower tree.
   * Each file is written beside its place and renamed into it; nothing that is there is touched before all are written.
   * Directories on the way that `dir` lacks are made. With several roots, paths start at `dir` from '/' on. Written onto
   * the lower tree itself, the overlay starts anew.
   * @param options - `fs`: the file system to write to, default `node:fs`
   * @throws the errors of that file system; EISDIR, ENOTDIR or ELOOP when something of `dir` is in the way; EILSEQ for a
   *   changed name that is not UTF-8 and ENOTSUP for a pipe, socket or device, before anything is touched
   */
  applyTo(dir: string | Buffer | URL, options?: { readonly fs?: ApplyFs }): void;
  /** Drops all changes and gives their quota back. Watches of what goes away end; open descriptors stay readable. */
  discard(): void;
}

/**
 * Lays memory over a real directory. Files are read through and copied into memory when they are first written; nothing
 * below is ever changed. What does not fit into `maxQuota` is refused whole with a `QuotaExceededError`.
 *
 * @param options - see docs/overlay.md
 * @throws ENOENT, ENOTDIR for a root that is no directory, ENOSPC for a quota that is too small to show it,
 *   ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE
 * @example
 * const overlay = createOverlay({ root: process.cwd(), maxQuota: 2 ** 26 });
 * overlay.fs.rmSync('node_modules', { recursive: true }); // the disk keeps it
 */
export function createOverlay(options: OverlayOptions): Overlay {
  const { lower = disk, root, roots, readOnly = false, lookups, ...rest } = options;
  const shown = readRoots(root, roots);
  if (typeof readOnly !== 'boolean') throw invalidArgType('options.readOnly', 'boolean', readOnly);
  if (lookups !== undefined) validateInteger(lookups, 'options.lookups', 0);
  if (typeof lower !== 'object' || lower === null) throw invalidArgType('options.lower', 'Object', lower);
  const below = { ...lower };
  const bytes = shown.map(encodeName);
  const lowerOptions = { source: lowerSource(below), roots: bytes, ...(lookups !== undefined && { lookups }) };
  const make = (): Overlay['fs'] => createFsOver(rest, { readOnly, lower: lowerOptions });
  const fs = atEdge('stat', make, shown.join(', '));
  const engine = engineOf(fs) as Engine;
  const base = shown.length === 1 ? (shown[0] as string) : '/';
  const changes = (): Change[] => atEdge('changes', () => listChanges(engine, fs, below));
  const discard = (): void => atEdge('discard', () => engine.dropChanges());
  const applyTo: Overlay['applyTo'] = (dir, { fs: target = writableDisk } = {}) => {
    const to = pathOf(dir, 'dir');
    for (const { path } of engine.lowerChanges()) {
      // A deletion under such a name would be passed over without a word.
      if (encodeName(decodeName(path)) !== path) throw refusal('EILSEQ', 'illegal byte sequence', decodeName(path));
    }
    applyChanges(changes(), fs, base, to, target);
    // The lower tree is now what the overlay shows, and some of what was looked up has moved there.
    if (isSame(below.lstatSync(base), target.lstatSync(to))) discard();
  };
  return { fs, changes, applyTo, discard };
}

const isSame = (a: Stats, b: Stats): boolean => a.dev === b.dev && a.ino === b.ino;

/** Runs an engine call; a fault becomes a Node error. */
function atEdge<T>(name: string, call: () => T, path?: string): T {
  try {
    return call();
  } catch (error) {
    throw toNodeError(error, name, path, undefined, createOverlay);
  }
}

/** A path argument as absolute text. */
function pathOf(path: unknown, name: string): string {
  return resolve(decodeName(encodeName(validatePath(path, name))));
}

/** The roots, none of them within another. */
function readRoots(root: unknown, roots: readonly unknown[] | undefined): string[] {
  if (roots !== undefined && root !== undefined) {
    throw invalidArgValue('options.roots', roots, "cannot be used with 'root'");
  }
  if (roots !== undefined && (!Array.isArray(roots) || roots.length === 0)) {
    throw invalidArgValue('options.roots', roots, 'must be an array of paths');
  }
  const paths = roots?.map((each, index) => pathOf(each, `options.roots[${index}]`)) ?? [pathOf(root, 'options.root')];
  const within = (path: string, other: string): boolean =>
    path !== other && path.startsWith(other === '/' ? '/' : `${other}/`);
  return [...new Set(paths)].filter((path) => !paths.some((other) => within(path, other)));
}
