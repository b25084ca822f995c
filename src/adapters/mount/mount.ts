/**
 * Adapter, mount: puts a volume under the `node:fs` of the process, and takes it
 * away. Owns the life of the patch: it is in place while anything is mounted.
 */
import { createFsFromEngine, engineOf, toNodeError } from '../../facade/index.js';
import { forgetModules } from './modules.js';
import { patch } from './patch.js';
import {
  absolutePath,
  addMount,
  isOnDisk,
  type Mounted,
  type NodeFs,
  ownerOf,
  removeMount,
  table,
  textOf,
} from './table.js';
import { leaveUnmounted } from './working-directory.js';

/** Options of {@link mount}. */
export interface MountOptions {
  /**
   * Where the volume takes over: every path at or below this directory is the volume's. Default '/': everything.
   * Paths mean the same on both sides: `/virtual/a` of the process is `/virtual/a` of the volume, so links, errors
   * and results of `realpath` hold everywhere. The directory is made in the volume when it is not there.
   */
  readonly at?: string | URL;
  /** Directories below `at` that the volume does not take over, such as `/dev` and `/proc` below '/'. */
  readonly except?: readonly (string | URL)[];
}

/** What {@link mount} gives. */
export interface Mount {
  /** The mount point, absolute. */
  readonly at: string;
  /** The mounted object. */
  readonly fs: NodeFs;
  /** False after `unmount()`. */
  readonly mounted: boolean;
  /** Ends it; doing so again does nothing. With the last mount, every property of `node:fs` is what it was. */
  unmount(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** Bytes billed for a mount beside its path (measured 950). */
const MOUNT_PRICE = 1152;

function mountPoint(at: unknown, name = 'at'): string {
  const text = textOf(at);
  if (text === undefined || text === '' || text.includes('\0')) {
    const words = 'must be a path: a string without null bytes or a file: URL';
    const error = new TypeError(`The "options.${name}" property ${words}`);
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
  }
  const path = absolutePath(text);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function volumeOf(fs: unknown): NonNullable<ReturnType<typeof engineOf>> {
  const engine = typeof fs === 'object' && fs !== null ? engineOf(fs) : undefined;
  if (engine !== undefined) return engine;
  const error = new TypeError('The "fs" argument must be a quotafs file system: what createFs() gives');
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

/**
 * Mounts a volume into the process: `node:fs` and `node:fs/promises` are patched in place, so `require`, default and
 * named imports, and the packages in node_modules follow, as do `process.chdir` and, where Node has hooks for it,
 * `require` and `import` of files in the volume.
 *
 * The longest mount point wins, of equal ones the latest. `rename` and `link` across the boundary fail with EXDEV,
 * `copyFile` and `cp` copy. Not covered: native code, child processes, workers, functions that a program took from
 * `node:fs` one by one (`const { readFile } = require('fs')`) before the mount. It is no sandbox.
 *
 * @param fs - what `createFs` or `MemoryFileSystem#fs` gave
 * @throws ERR_INVALID_ARG_VALUE; ENOSPC and other errors of `mkdir` when the mount point cannot be made in the volume
 * @example
 * using mounted = mount(createFs({ maxQuota: 2 ** 20 }), { at: '/virtual' });
 */
export function mount(fs: NodeFs, { at = '/', except = [] }: MountOptions = {}): Mount {
  const engine = volumeOf(fs);
  const point = mountPoint(at);
  const holes = except.map((path) => mountPoint(path, 'except'));
  const relative = table.mounts.find((each) => each.engine === engine)?.relative ?? createFsFromEngine(engine);
  let billed = 0;
  try {
    const price = MOUNT_PRICE + 2 * point.length;
    engine.billHandle(price);
    billed = price;
    if (!relative.existsSync(point)) relative.mkdirSync(point, { recursive: true });
  } catch (error) {
    engine.unbillHandle(billed);
    throw toNodeError(error, 'mount', point, undefined, mount);
  }
  const showsDisk = point === '/' && isOnDisk(process.execPath, relative);
  const mounted: Mounted = { at: point, except: holes, fs, relative, engine, showsDisk };
  table.restore ??= patch();
  addMount(mounted);
  const isMounted = (): boolean => table.mounts.includes(mounted);
  const unmount = (): void => {
    if (!isMounted()) return;
    forgetModules(point);
    removeMount(mounted);
    engine.unbillHandle(billed);
    leaveUnmounted();
    if (table.mounts.length > 0) return;
    table.restore?.();
    table.restore = undefined;
  };
  return {
    at: point,
    fs,
    get mounted() {
      return isMounted();
    },
    unmount,
    [Symbol.dispose]: unmount,
  };
}

/**
 * The mount that a path belongs to.
 * @returns the mounted object, or undefined for what is the disk's
 */
export function mountedAt(path: string | URL): NodeFs | undefined {
  const text = textOf(path);
  return text === undefined ? undefined : ownerOf(absolutePath(text))?.fs;
}
