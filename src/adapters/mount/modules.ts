/**
 * Adapter, mount: `require` and `import` of files in a mount. Where Node has
 * synchronous hooks (22.15, 23.5) both work; before that `require` does. In a
 * mount of everything the disk stays what programs are loaded from: a file of
 * the volume is used where there is one.
 */

import nodeModule from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { codeOf } from '../../host/index.js';
import { isVirtualFile, nearestType, resolveModule } from './resolve-module.js';
import { isOnDisk, ownerOf, table } from './table.js';

type Undo = () => void;
type Format = 'commonjs' | 'module' | 'json' | 'wasm' | 'commonjs-typescript' | 'module-typescript';

/** Node's own loader, as far as it can be replaced. */
interface Loader {
  _resolveFilename(request: string, parent?: { filename?: string | null }, ...rest: unknown[]): string;
  _extensions: Record<string, (module: LoadedModule, filename: string) => void>;
  _cache: Record<string, unknown>;
}
interface LoadedModule {
  exports: unknown;
  _compile(source: string, filename: string): void;
}

const asPath = (url: string | undefined): string | undefined =>
  url?.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : undefined;

function formatOf(path: string): Format {
  const extension = extname(path);
  if (extension === '.mjs') return 'module';
  if (extension === '.json') return 'json';
  if (extension === '.wasm') return 'wasm';
  if (extension === '.node') throw new Error(`A native addon cannot be loaded from memory: ${path}`);
  if (extension === '.cjs') return 'commonjs';
  if (extension === '.cts') return 'commonjs-typescript';
  if (extension === '.mts') return 'module-typescript';
  if (extension === '.ts') return nearestType(path) === 'module' ? 'module-typescript' : 'commonjs-typescript';
  return nearestType(path) === 'module' ? 'module' : 'commonjs';
}

/** A file that Node itself would not find, or not as it is: an overlay shows the disk's own files too. */
const isOwnFile = (path: string): boolean => isVirtualFile(path) && !isOnDisk(path);

/** Lets the loader read a file of the disk although everything is mounted. */
function fromDisk<T>(path: string | undefined, read: () => T): T {
  table.loading = path;
  try {
    return read();
  } finally {
    table.loading = undefined;
  }
}

/** What the disk has and an overlay over it has not: Node finds it, and then cannot look at it. */
function notFound(error: unknown, specifier: string, isImport: boolean): unknown {
  if (codeOf(error) !== 'ENOENT') return error;
  const code = isImport ? 'ERR_MODULE_NOT_FOUND' : 'MODULE_NOT_FOUND';
  return Object.assign(new Error(`Cannot find module '${specifier}'`), { code });
}

/** Own resolution first where a mount is sure to be meant; in a mount of everything Node's comes first. */
function resolved(own: () => string | undefined, node: () => string, whole: boolean): string {
  if (!whole) return own() ?? node();
  try {
    return node();
  } catch (error) {
    const found = own();
    if (found === undefined) throw error;
    return found;
  }
}

const inWhole = (path: string | undefined): boolean => path === undefined || (ownerOf(path)?.at ?? '/') === '/';

function registerHooks(): Undo {
  const hooks = nodeModule.registerHooks({
    resolve(specifier, context, next) {
      if (nodeModule.isBuiltin(specifier)) return next(specifier, context);
      const parent = asPath(context.parentURL);
      const result: { node?: ReturnType<typeof next> } = {};
      const url = resolved(
        () => {
          const found = resolveModule(specifier, parent, context.conditions);
          return found && pathToFileURL(found).href + (/[?#].*$/.exec(specifier)?.[0] ?? '');
        },
        () => {
          try {
            return (result.node = next(specifier, context)).url;
          } catch (error) {
            throw notFound(error, specifier, context.conditions.includes('import'));
          }
        },
        inWhole(specifier.startsWith('/') ? specifier : (asPath(specifier) ?? parent)),
      );
      return result.node?.url === url ? result.node : { url, shortCircuit: true };
    },
    load(url, context, next) {
      const path = asPath(url);
      if (path === undefined || !isOwnFile(path)) return fromDisk(path, () => next(url, context));
      const format = formatOf(path);
      const source = ownerOf(path)?.fs.readFileSync(path);
      return { format, source, shortCircuit: true };
    },
  });
  return () => hooks.deregister();
}

/** For Node without hooks: `require` only. */
function replaceLoader(loader: Loader): Undo {
  const { _resolveFilename: resolve } = loader;
  const { '.js': js, '.json': json } = loader._extensions;
  const ownResolve: Loader['_resolveFilename'] = function (this: unknown, request, parent, ...rest) {
    const node = (): string => {
      try {
        return resolve.call(this, request, parent, ...rest);
      } catch (error) {
        throw notFound(error, request, false);
      }
    };
    if (nodeModule.isBuiltin(request)) return node();
    const from = parent?.filename ?? undefined;
    const own = (): string | undefined => resolveModule(request, from, ['node', 'require']);
    return resolved(own, node, inWhole(request.startsWith('/') ? request : from));
  };
  const ownJs: typeof js = (module, filename) => {
    if (!isOwnFile(filename)) return fromDisk(filename, () => js(module, filename));
    if (formatOf(filename) === 'module') {
      throw Object.assign(new Error(`require() of ES Module ${filename} not supported.`), { code: 'ERR_REQUIRE_ESM' });
    }
    module._compile(textOfModule(filename), filename);
  };
  const ownJson: typeof json = (module, filename) => {
    if (!isOwnFile(filename)) return fromDisk(filename, () => json(module, filename));
    module.exports = JSON.parse(textOfModule(filename));
  };
  loader._resolveFilename = ownResolve;
  Object.assign(loader._extensions, { '.js': ownJs, '.json': ownJson });
  return () => {
    if (loader._resolveFilename === ownResolve) loader._resolveFilename = resolve;
    if (loader._extensions['.js'] === ownJs) loader._extensions['.js'] = js;
    if (loader._extensions['.json'] === ownJson) loader._extensions['.json'] = json;
  };
}

const textOfModule = (path: string): string =>
  (ownerOf(path)?.fs.readFileSync(path, 'utf8') ?? '').replace(/^\uFEFF/, '');

/** Takes the volume's modules out of `require.cache`, or they would answer for whoever comes next at their paths. */
export function forgetModules(at: string): void {
  const { _cache: cache } = nodeModule as unknown as Loader;
  for (const path of Object.keys(cache)) {
    if (at !== '/' && ownerOf(path)?.at === at && isOwnFile(path)) delete cache[path];
  }
}

/** Puts the loader's part of the patch in. @returns the way back */
export function patchModules(): Undo {
  // A test runner's stand-in for `module` has none of it, or refuses: there, its own loader reads through node:fs.
  try {
    if (typeof nodeModule.registerHooks === 'function') return registerHooks();
  } catch {
    return () => {};
  }
  const loader = nodeModule as unknown as Partial<Loader>;
  if (loader._resolveFilename === undefined || loader._extensions === undefined) return () => {};
  return replaceLoader(nodeModule as unknown as Loader);
}
