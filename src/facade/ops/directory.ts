/** Facade layer: readdir in its forms. The listing is the engine's; names are given back in the caller's encoding. */
import { Fault } from '../../core/index.js';
import type { Context } from '../context.js';
import type { Operations } from '../define.js';
import { makeDirent } from '../dirent.js';
import { isUtf8Name, presentName } from '../encoding.js';
import { readTree } from '../late-calls.js';
import { type AnyOptions, getOptions } from '../options.js';
import { nodeAtLeast } from '../running-node.js';
import { faultToError, PathFault, spell } from '../uv-exception.js';
import { validateBoolean, validatePath } from '../validate.js';

export interface TreeRules {
  /** Directories in the order found ('queue'), or the last found first ('stack'). */
  readonly order: 'queue' | 'stack';
  /** With file types, links to directories are entered too. */
  readonly followTypedLinks: boolean;
}

/** fs.readdirSync and fs.readdir. */
const callbackRules: TreeRules = { order: 'queue', followTypedLinks: nodeAtLeast(22) };
/** fs.promises.readdir, which had an order of its own until Node 26. */
const promiseRules: TreeRules = { order: nodeAtLeast(26) ? 'queue' : 'stack', followTypedLinks: nodeAtLeast(26) };

function list(ctx: Context, path: unknown, options: AnyOptions, rules: TreeRules): unknown[] {
  const { encoding, withFileTypes, recursive } = options;
  const directory = validatePath(path);
  if (recursive) return readTree(ctx, directory, { encoding, withFileTypes: Boolean(withFileTypes) }, rules);
  const target = ctx.resolve(directory);
  if (!withFileTypes) {
    const names = ctx.engine.readdir(target);
    if (encoding === undefined || encoding === 'utf8') {
      if (ctx.engine.asciiOnly) return names;
      for (let i = 0; i < names.length; i++) names[i] = presentName(names[i], undefined) as string;
      return names;
    }
    return names.map((name) => presentName(name, encoding));
  }
  const types: number[] = [];
  const names = ctx.engine.readdir(target, types);
  const plain = ctx.engine.asciiOnly && isUtf8Name(encoding);
  return names.map((name, i) => makeDirent(plain ? name : presentName(name, encoding), types[i], directory));
}

function checkedOptions(path: unknown, options: unknown): AnyOptions {
  const given = getOptions(options);
  validatePath(path);
  if (given.recursive !== null && given.recursive !== undefined) validateBoolean(given.recursive, 'options.recursive');
  return given;
}

/** Node 20 walks a tree synchronously inside the callback form: its failure is thrown there and then. */
const recursiveThrows = !nodeAtLeast(22);

export function directoryOperations(ctx: Context) {
  return {
    readdir: {
      syscall: 'scandir',
      paths: 1,
      arity: 2,
      optional: true,
      run: (path, options) => list(ctx, path, checkedOptions(path, options), callbackRules),
      runCallback(path, options) {
        const given = checkedOptions(path, options);
        try {
          return list(ctx, path, given, callbackRules);
        } catch (error) {
          if (!recursiveThrows || !given.recursive || !(error instanceof Fault)) throw error;
          throw faultToError(error, 'scandir', error instanceof PathFault ? error.path : spell(path));
        }
      },
      // The promise form takes any truthy `recursive`.
      runPromise: (path, options) => list(ctx, path, getOptions(options), promiseRules),
    },
  } satisfies Operations;
}
