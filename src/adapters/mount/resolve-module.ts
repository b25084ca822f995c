/**
 * Adapter, mount: where a module of a mount is. Node's resolution, as far as it
 * concerns files of a volume: paths with and without extension, directories,
 * packages in `node_modules` with `main`, `exports` and `imports`. What is not
 * found in a mount is Node's to find.
 */
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownerOf } from './table.js';

interface Manifest {
  readonly main?: unknown;
  readonly name?: unknown;
  readonly type?: unknown;
  readonly exports?: unknown;
  readonly imports?: unknown;
}

const EXTENSIONS = ['', '.js', '.json', '.node'];

export const isVirtualFile = (path: string): boolean =>
  ownerOf(path)?.fs.statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function manifestIn(directory: string): Manifest | undefined {
  const path = posix.join(directory, 'package.json');
  if (!isVirtualFile(path)) return undefined;
  return JSON.parse(ownerOf(path)?.fs.readFileSync(path, 'utf8') ?? '{}') as Manifest;
}

/** The directory of the package around a file. */
function packageAround(path: string): string | undefined {
  for (let directory = posix.dirname(path); ; directory = posix.dirname(directory)) {
    if (manifestIn(directory) !== undefined) return directory;
    if (directory === '/' || directory.endsWith('/node_modules')) return undefined;
  }
}

/** The `type` of the package around a file. */
export const nearestType = (path: string): unknown => manifestIn(packageAround(path) ?? '')?.type;

const asFile = (path: string): string | undefined =>
  EXTENSIONS.map((extension) => path + extension).find((candidate) => isVirtualFile(candidate));

/** What `require` makes of a path: the file, with an extension, or the directory's main file. */
function asFileOrDirectory(path: string): string | undefined {
  if (!path.endsWith('/')) {
    const file = asFile(path);
    if (file !== undefined) return file;
  }
  const main = manifestIn(path)?.main;
  const named = typeof main === 'string' ? posix.join(path, main) : undefined;
  return (named && (asFile(named) ?? asFile(posix.join(named, 'index')))) ?? asFile(posix.join(path, 'index'));
}

/** The target of an `exports` value under these conditions, '*' replaced. */
function target(value: unknown, conditions: readonly string[], star: string): string | undefined {
  if (typeof value === 'string') return value.replaceAll('*', star);
  if (Array.isArray(value)) {
    for (const each of value) {
      const found = target(each, conditions, star);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const [condition, inner] of Object.entries(value ?? {})) {
    if (condition !== 'default' && !conditions.includes(condition)) continue;
    const found = target(inner, conditions, star);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @param subpath - '.' or './name' of what a package exports, '#name' of what it imports */
function exported(exports: unknown, subpath: string, conditions: readonly string[]): string | undefined {
  const isTable = typeof exports === 'object' && exports !== null && Object.keys(exports).some((k) => /^[.#]/.test(k));
  if (!isTable) return subpath === '.' ? target(exports, conditions, '') : undefined;
  if (Object.hasOwn(exports, subpath)) return target(Reflect.get(exports, subpath), conditions, '');
  const patterns = Object.keys(exports).filter((key) => key.includes('*'));
  // The longest beginning wins.
  for (const key of patterns.sort((one, other) => other.indexOf('*') - one.indexOf('*'))) {
    const [before, after] = key.split('*');
    if (!subpath.startsWith(before) || !subpath.endsWith(after) || subpath.length < key.length) continue;
    return target(Reflect.get(exports, key), conditions, subpath.slice(before.length, subpath.length - after.length));
  }
  return undefined;
}

function inPackage(directory: string, subpath: string, conditions: readonly string[]): string | undefined {
  const { exports } = manifestIn(directory) ?? {};
  if (exports === undefined || exports === null) return asFileOrDirectory(posix.join(directory, subpath));
  const found = exported(exports, subpath, conditions);
  return found === undefined ? undefined : posix.join(directory, found);
}

/** What the package around `from` calls by a name of its own: a file of it, or another package. */
function imported(name: string, from: string, conditions: readonly string[]): string | undefined {
  const home = packageAround(posix.join(from, 'x'));
  if (home === undefined) return undefined;
  const found = exported(manifestIn(home)?.imports, name, conditions);
  return found?.startsWith('./') ? posix.join(home, found) : found && inNodeModules(found, home, conditions);
}

function inNodeModules(name: string, from: string, conditions: readonly string[]): string | undefined {
  if (name.startsWith('#')) return imported(name, from, conditions);
  const parts = name.split('/');
  const length = name.startsWith('@') ? 2 : 1;
  const subpath = ['.', ...parts.slice(length)].join('/');
  const own = parts.slice(0, length).join('/');
  // A package that has `exports` may ask for itself.
  const home = packageAround(posix.join(from, 'x'));
  const { name: around, exports } = manifestIn(home ?? '') ?? {};
  if (home !== undefined && around === own && exports) return inPackage(home, subpath, conditions);
  for (let directory = from; ; directory = posix.dirname(directory)) {
    const candidate = posix.join(directory, 'node_modules', own);
    if (ownerOf(candidate)?.fs.existsSync(candidate)) return inPackage(candidate, subpath, conditions);
    if (directory === '/') return undefined;
  }
}

/**
 * @param specifier - as written in the program
 * @param parent - path of the file that asks
 * @returns the file in a mount, its links resolved, or undefined when it is none of a mount's
 */
export function resolveModule(
  specifier: string,
  parent: string | undefined,
  conditions: readonly string[],
): string | undefined {
  const bare = specifier.startsWith('file:') ? fileURLToPath(specifier.replace(/[?#].*$/, '')) : specifier;
  const directory = parent === undefined ? process.cwd() : posix.dirname(parent);
  const isPath = /^(?:\/|\.\.?(?:\/|$))/.test(bare);
  if (!isPath && bare.includes(':')) return undefined;
  const path = isPath ? posix.resolve(directory, bare) + (bare.endsWith('/') ? '/' : '') : undefined;
  const isImport = conditions.includes('import');
  // An import names a file exactly.
  const exact = path !== undefined && isImport ? path.replace(/[?#].*$/, '') : undefined;
  const found =
    path === undefined
      ? inNodeModules(bare, directory, conditions)
      : exact !== undefined
        ? [exact].find(isVirtualFile)
        : asFileOrDirectory(path);
  return found === undefined || !isVirtualFile(found) ? undefined : ownerOf(found)?.fs.realpathSync(found);
}
