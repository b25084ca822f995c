/**
 * Adapter, node:vfs: the methods of a provider. Each is the one of `node:fs` on
 * the volume, called by name when it is called, so what users patch on the fs
 * object is honoured; those that change something ask first whether they may.
 */
import type { Dirent } from 'node:fs';
import { posix } from 'node:path';
import { type NodeFs, notSupported, type Refuse } from './errors.js';

type Promises = NodeFs['promises'];
type AnyFunction = (...args: unknown[]) => unknown;

type Looks = 'access' | 'lstat' | 'readFile' | 'readlink' | 'stat';
type Changes =
  | ('appendFile' | 'chmod' | 'chown' | 'copyFile' | 'lchown' | 'link' | 'lutimes' | 'mkdir' | 'rename' | 'rmdir')
  | ('symlink' | 'unlink' | 'utimes' | 'writeFile');
type SyncMembers = `${Looks | Changes}Sync` | 'existsSync' | 'readdirSync' | 'watch' | 'watchFile' | 'unwatchFile';

/** The methods of a provider besides `open`: paths begin at the volume's root. */
export interface ProviderMembers extends Pick<NodeFs, SyncMembers>, Pick<Promises, Looks | Changes | 'readdir'> {
  exists(path: string): Promise<boolean>;
  realpath(path: string): Promise<string>;
  realpathSync(path: string): string;
  /** On what is no link; links have no permissions here, as on Linux. @throws ENOTSUP */
  lchmodSync(path: string, mode: number): void;
  watchAsync: Promises['watch'];
}

const LOOKING: readonly Looks[] = ['access', 'lstat', 'readFile', 'readlink', 'stat'];

/** The system call that a read-only file system refuses. */
const CHANGING: Readonly<Record<Exclude<Changes, 'mkdir'>, string>> = {
  ...{ appendFile: 'open', chmod: 'chmod', chown: 'chown', copyFile: 'copyfile', lchown: 'lchown', link: 'link' },
  ...{ lutimes: 'lutime', rename: 'rename', rmdir: 'rmdir', symlink: 'symlink', unlink: 'unlink', utimes: 'utime' },
  writeFile: 'open',
};
const WITH_TWO_PATHS: ReadonlySet<string> = new Set(['copyFile', 'link', 'rename', 'symlink']);

const calls =
  (object: object, name: string): AnyFunction =>
  (...args) =>
    Reflect.apply(Reflect.get(object, name), object, args);

/** Both forms of a change, which `ask` may refuse. */
function guarded(fs: NodeFs, name: string, ask: (args: unknown[]) => unknown): Record<string, AnyFunction> {
  const [promised, sync] = [calls(fs.promises, name), calls(fs, `${name}Sync`)];
  return {
    async [name](...args) {
      ask(args);
      return promised(...args);
    },
    [`${name}Sync`](...args) {
      ask(args);
      return sync(...args);
    },
  };
}

/** Node's mount takes the directory of an entry from its name; Dirents of a recursive listing have it beside. */
function readdirSync(fs: NodeFs, path: string, options?: object | string | null): unknown[] {
  const found: unknown[] = calls(fs, 'readdirSync')(path, options) as unknown[];
  const given = typeof options === 'object' ? { ...options } : {};
  if (!Reflect.get(given, 'withFileTypes') || !Reflect.get(given, 'recursive')) return found;
  for (const entry of found as Dirent[]) {
    // Names as Buffers are beyond Node's mount.
    if (typeof entry.name === 'string') entry.name = posix.relative(path, posix.join(entry.parentPath, entry.name));
  }
  return found;
}

export function providerMembers(fs: NodeFs, refuse: Refuse): ProviderMembers {
  const own: Record<string, AnyFunction> = {
    exists: (path) => new Promise((resolve) => fs.exists(path as string, resolve)),
    existsSync: calls(fs, 'existsSync'),
    readdir: calls(fs.promises, 'readdir'),
    readdirSync: (path, options) => readdirSync(fs, path as string, options as object),
    // As text whatever encoding is asked for: Node puts the mount point in front and encodes it.
    realpath: (path) => calls(fs.promises, 'realpath')(path),
    realpathSync: (path) => calls(fs, 'realpathSync')(path),
    // What is there already may be made again, read-only or not: `mkdir -p` does so.
    ...guarded(fs, 'mkdir', ([path]) => fs.existsSync(path as string) || refuse('mkdir', String(path))),
    lchmodSync: (path, mode) => {
      refuse('lchmod', String(path));
      if (fs.lstatSync(path as string).isSymbolicLink()) throw notSupported('lchmod', String(path));
      fs.chmodSync(path as string, mode as number);
    },
    watch: calls(fs, 'watch'),
    watchAsync: calls(fs.promises, 'watch'),
    watchFile: calls(fs, 'watchFile'),
    unwatchFile: calls(fs, 'unwatchFile'),
  };
  for (const name of LOOKING) {
    own[name] = calls(fs.promises, name);
    own[`${name}Sync`] = calls(fs, `${name}Sync`);
  }
  for (const [name, syscall] of Object.entries(CHANGING)) {
    const hasTwo = WITH_TWO_PATHS.has(name);
    const ask = ([path, other]: unknown[]): void => refuse(syscall, String(path), hasTwo ? String(other) : undefined);
    Object.assign(own, guarded(fs, name, ask));
  }
  return own as unknown as ProviderMembers;
}
