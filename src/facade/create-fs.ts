/**
 * Facade layer: the object that is `node:fs`. Puts the parts together on one
 * context, gives every member the name and place it has in the running Node,
 * and keeps no state. Invariant: every function is an own, enumerable property
 * that needs no `this`, and `fs.promises` is one object for good.
 */
import nodeFs from 'node:fs';
import { promisify } from 'node:util';
import { createVolume, type Engine, type StoragePolicy } from '../core/index.js';
import { hostGuard, hostVolumeOptions } from '../host/index.js';
import { type Context, createContext } from './context.js';
import { makeCp } from './cp.js';
import { addOperations, callbackForm, dress, type Surface, syncForm } from './define.js';
import { addOpendir, Dir } from './dir.js';
import { fileHandleMaker } from './file-handle.js';
import { makeGlob } from './glob.js';
import { makeMkdtempDisposable } from './mkdtemp-disposable.js';
import { makeOpenAsBlob } from './open-as-blob.js';
import { directoryOperations } from './ops/directory.js';
import { addDescriptorInput, descriptorOperations } from './ops/fd.js';
import { addExists, lookOperations, realpathOperations } from './ops/look.js';
import { pathOperations } from './ops/path.js';
import { wholeFileOperations } from './ops/whole-file.js';
import { addPromises } from './promises.js';
import { rememberEngine } from './quota.js';
import { makeRm } from './rm.js';
import { makeStreams } from './streams.js';
import { toUnixTimestamp } from './validate.js';
import { makeWatch } from './watch.js';

type Fs = typeof nodeFs;

/** What the object needs to know about its surroundings. */
export interface FacadeOptions {
  /** Directory that relative paths start from; a function is asked at each call. Default: `process.cwd`. */
  readonly cwd?: string | (() => string);
}

/** Options of {@link createFs}. Sizes are bytes. */
export interface CreateFsOptions extends FacadeOptions {
  /** Hard limit on the memory of the volume: contents, names, inodes and all bookkeeping. Default 256 MiB. */
  readonly maxQuota?: number;
  /** Limit on files, directories and links together; the root counts not. Default: none. */
  readonly maxNodes?: number;
  /** How new files are stored; 'auto' begins sequential and is promoted by the first out-of-order write. */
  readonly defaultStorage?: StoragePolicy;
  /** Files larger than this are never promoted: the out-of-order write fails with ENOTSUP. Default: none. */
  readonly promotionHardLimit?: number;
  /** Replaces the price of one chunk's bookkeeping. */
  readonly chunkOverheadOverride?: number;
  /** Whether the machine's free memory is checked: never, when the volume is made, or before growth too. Default 'none'. */
  readonly memoryGuard?: 'none' | 'init' | 'per-write';
  /** What a failed check does. Default 'warn'. */
  readonly memoryGuardAction?: 'warn' | 'raise';
  /** Milliseconds between two checks of 'per-write'. Default 1000. */
  readonly memoryGuardInterval?: number;
  /** Owner of new files, and the identity that permissions are checked for. Default: the process's. */
  readonly uid?: number;
  readonly gid?: number;
  /** Bits taken from the mode of new files. Default: the process's umask. */
  readonly umask?: number | (() => number);
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
}

/**
 * Makes a file system in memory with the whole of `node:fs`, in the version of the running Node.
 *
 * The volume holds nothing but '/': make the directories you need, the working directory
 * (`mkdirSync(process.cwd(), { recursive: true })`) and `os.tmpdir()` among them.
 * What does not fit into `maxQuota` is refused whole with a `QuotaExceededError` (`code: 'ENOSPC'`).
 *
 * @example
 * const fs = createFs({ maxQuota: 16 * 1024 * 1024 });
 * fs.writeFileSync('/hello.txt', 'hi');
 */
export function createFs(options: CreateFsOptions = {}): Fs {
  return createFsFromEngine(createVolume(volumeOptions(options)), options);
}

function volumeOptions(options: CreateFsOptions): Parameters<typeof createVolume>[0] {
  const { memoryGuard = 'none', memoryGuardAction = 'warn', memoryGuardInterval = 1000, umask, uid, gid } = options;
  const host = hostVolumeOptions();
  return {
    ...host,
    maxQuota: options.maxQuota,
    maxNodes: options.maxNodes,
    defaultStorage: options.defaultStorage,
    promotionHardLimit: options.promotionHardLimit,
    chunkOverheadOverride: options.chunkOverheadOverride,
    guard: hostGuard(memoryGuard, memoryGuardAction, memoryGuardInterval),
    uid: uid ?? host.uid,
    gid: gid ?? host.gid,
    umask: typeof umask === 'number' ? () => umask : (umask ?? host.umask),
    clock: options.clock ?? host.clock,
  };
}

function workingDirectory(cwd: FacadeOptions['cwd']): () => string {
  if (typeof cwd === 'function') return cwd;
  if (typeof cwd === 'string') return () => cwd;
  return () => process.cwd();
}

/**
 * Makes the `node:fs` object over an engine of your own, for volumes that are shared with another surface.
 * @param engine the volume
 */
export function createFsFromEngine(engine: Engine, options: FacadeOptions = {}): Fs {
  // The object is typed from here on and filled below; the surface tests hold it against the running Node's keys.
  const fs = {} as Fs;
  const ctx = createContext(engine, { cwd: workingDirectory(options.cwd), fs });
  const surface: Surface = { fs: {}, promises: {} };

  addOperations(surface, [...pathOperations(ctx), ...lookOperations(ctx)], { promise: true });
  addOperations(surface, [...wholeFileOperations(ctx), ...directoryOperations(ctx)], { promise: true });
  addOperations(surface, descriptorOperations(ctx), { promise: false });
  addDescriptorInput(ctx, surface);
  addRealpath(ctx, surface);
  addExists(ctx, surface);
  addOpendir(ctx, surface);
  addPromises(ctx, surface, fileHandleMaker(ctx));
  addParts(ctx, surface);
  addPromisify(surface);
  addClassesAndConstants(surface);
  dress(surface.fs, nodeFs);
  dress(surface.promises, nodeFs.promises);

  const promises = inHostOrder(surface.promises, nodeFs.promises);
  surface.fs.promises = promises;
  Object.assign(fs, inHostOrder(surface.fs, nodeFs));
  hideWhatHostHides(fs);
  rememberEngine(fs, engine);
  return fs;
}

/** The composites: each gives members for the object and for `promises`. */
function addParts(ctx: Context, surface: Surface): void {
  const makers = [makeStreams, makeRm, makeCp, makeGlob, makeOpenAsBlob, makeMkdtempDisposable, makeWatch];
  for (const make of makers) {
    const part = make(ctx);
    Object.assign(surface.fs, part.fs);
    Object.assign(surface.promises, part.promises);
  }
}

function addRealpath(ctx: Context, surface: Surface): void {
  const { js, native } = realpathOperations(ctx);
  addOperations(surface, [js], { promise: true });
  const nativeForms = { realpath: callbackForm(native), realpathSync: syncForm(native) };
  for (const [name, form] of Object.entries(nativeForms)) {
    Object.assign(surface.fs[name] as object, { native: form });
  }
}

/** What `util.promisify` makes of `exists` and of `promises.opendir`. */
function addPromisify(surface: Surface): void {
  const exists = surface.fs.exists as (path: unknown, callback: (found: boolean) => void) => void;
  Object.defineProperty(exists, promisify.custom, {
    value: (path: unknown) => new Promise((resolve) => exists(path, resolve)),
  });
  const { opendir } = surface.promises;
  Object.defineProperty(opendir, promisify.custom, { value: opendir, configurable: true });
}

function addClassesAndConstants(surface: Surface): void {
  Object.assign(surface.fs, {
    Dirent: nodeFs.Dirent,
    Stats: nodeFs.Stats,
    Dir,
    _toUnixTimestamp: (time: unknown) => toUnixTimestamp(time),
    constants: nodeFs.constants,
    // Linux has no lchmod: Node keeps the names without a value.
    lchmod: undefined,
    lchmodSync: undefined,
  });
  Object.assign(surface.promises, { constants: nodeFs.promises.constants });
  for (const name of ['F_OK', 'R_OK', 'W_OK', 'X_OK'] as const) {
    // Gone from newer Nodes: packages look for them before they look at `constants`.
    if (Object.hasOwn(nodeFs, name)) surface.fs[name] = nodeFs.constants[name];
  }
}

/** The members in the order of Node's own, those it lacks (glob on Node 20) after them. */
function inHostOrder(members: Record<string, unknown>, host: object): Record<string, unknown> {
  const ordered: Record<string, unknown> = {};
  for (const name of Object.keys(host)) if (Object.hasOwn(members, name)) ordered[name] = members[name];
  return Object.assign(ordered, members);
}

/** The deprecated aliases that newer Nodes list no more. */
function hideWhatHostHides(fs: Fs): void {
  for (const name of Object.keys(fs)) {
    const theirs = Object.getOwnPropertyDescriptor(nodeFs, name);
    if (theirs && !theirs.enumerable) Object.defineProperty(fs, name, { enumerable: false });
  }
}
