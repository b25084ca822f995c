/**
 * Facade layer: glob, globSync and promises.glob, also where the host Node has
 * none (Node 20). Owns their options; the walk is walk.ts's. Results are paths
 * relative to `cwd`, or Dirents; their order is ours.
 */

import type { Dirent } from 'node:fs';
import { posix } from 'node:path';
import { deliver, deliverError, resolveLater } from '../completion.js';
import type { Context } from '../context.js';
import { makeDirent } from '../dirent.js';
import { invalidArgType } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import { type Caller, stackFrom } from '../uv-exception.js';
import {
  type Callback,
  fromUrl,
  validateBoolean,
  validateFunction,
  validateInteger,
  validateObject,
  validateString,
} from '../validate.js';
import { type GlobOptions, GlobWalk, type Match, showPath } from './walk.js';

interface Search {
  /** @throws path.resolve's own error when `cwd` is no text */
  readonly matches: () => Iterable<Match>;
  readonly root: string;
  readonly withFileTypes: boolean;
}

/** Since then the callback form throws at arguments; before, it hands their errors on, as it does with those of the search. */
const throwsAtArguments = nodeAtLeast(24);

function checkPatterns(pattern: unknown): string[] {
  if (typeof pattern !== 'object') {
    validateString(pattern, 'patterns');
    return [pattern];
  }
  if (!Array.isArray(pattern)) throw invalidArgType('patterns', 'Array', pattern);
  for (const [index, each] of pattern.entries()) validateString(each, `patterns[${index}]`);
  return pattern;
}

function checkExclude(exclude: unknown): Pick<GlobOptions, 'exclude' | 'excludePatterns'> {
  if (exclude === null || exclude === undefined) return {};
  if (typeof exclude === 'function') return { exclude: (entry) => exclude(entry) };
  if (!Array.isArray(exclude)) throw invalidArgType('options.exclude', ['string[]', 'function'], exclude);
  exclude.forEach((each, index) => {
    if (typeof each !== 'string') throw invalidArgType(`options.exclude[${index}]`, 'string', each);
  });
  return { excludePatterns: exclude };
}

/** The last name of a path and the directory it is in, as a Dirent. */
function direntOf(path: string, type: number): Dirent {
  return makeDirent(posix.basename(path), type, posix.dirname(path)) as Dirent;
}

function search(ctx: Context, pattern: unknown, given: unknown): Search {
  const options: Record<string, unknown> = {};
  if (given !== undefined) {
    validateObject(given, 'options');
    Object.assign(options, given);
  }
  const { cwd, maxDepth, followSymlinks } = options;
  const root = fromUrl(cwd) ?? '.';
  if (followSymlinks !== null && followSymlinks !== undefined) {
    validateBoolean(followSymlinks, 'options.followSymlinks');
  }
  if (maxDepth !== null && maxDepth !== undefined && maxDepth !== Infinity) {
    validateInteger(maxDepth, 'options.maxDepth', 0);
  }
  const withFileTypes = Boolean(options.withFileTypes);
  const excluding = checkExclude(options.exclude);
  const patterns = checkPatterns(pattern);
  const matches = () => {
    // Node looks at the root with the first pattern.
    if (patterns.length === 0) return [];
    if (typeof root !== 'string') posix.resolve(root as never);
    const walk = new GlobWalk(ctx, patterns, {
      ...excluding,
      root: root as string,
      followSymlinks: followSymlinks === true,
      maxDepth: typeof maxDepth === 'number' ? maxDepth : Infinity,
      present: withFileTypes
        ? (path, parent, name, type) => makeDirent(name || posix.basename(path), type, parent)
        : showPath,
    });
    return walk.run();
  };
  return { matches, root: root as string, withFileTypes };
}

/** What the synchronous form gives: a Dirent's directory is spelled relative to the working directory when `cwd` is. */
function presentSync({ root, withFileTypes }: Search, { path, type }: Match): unknown {
  if (!withFileTypes) return path;
  return direntOf(posix.isAbsolute(path) ? path : posix.join(root, path), type);
}

/** What the other forms give: Dirents with absolute directories. */
const presentLater = ({ withFileTypes }: Search, { path, full, type }: Match): unknown =>
  withFileTypes ? direntOf(full, type) : path;

/** After this many results the asynchronous iterator lets timers and I/O have a turn. */
const BATCH = 100;

/** The members glob and globSync of `ctx.fs` and its promises. */
export function makeGlob(ctx: Context) {
  function globSync(caller: Caller, pattern: unknown, options?: unknown): unknown[] {
    let found: Search;
    try {
      found = search(ctx, pattern, options);
    } catch (error) {
      throw stackFrom(error, caller);
    }
    return Array.from(found.matches(), (match) => presentSync(found, match));
  }

  function glob(caller: Caller, pattern: unknown, options: unknown, callback?: unknown): void {
    const done = (typeof options === 'function' ? options : callback) as Callback;
    let results: unknown[];
    let isSearching = false;
    try {
      validateFunction(done, 'cb');
      isSearching = !throwsAtArguments;
      const found = search(ctx, pattern, typeof options === 'function' ? undefined : options);
      isSearching = true;
      results = Array.from(found.matches(), (match) => presentLater(found, match));
    } catch (error) {
      if (!isSearching) throw stackFrom(error, caller);
      deliverError(done, error);
      return;
    }
    deliver(done, results);
  }

  async function* globPromise(pattern: unknown, options?: unknown): AsyncGenerator<unknown> {
    const found = search(ctx, pattern, options);
    let count = 0;
    for (const match of found.matches()) {
      if (count++ % BATCH === 0) await resolveLater(undefined);
      yield presentLater(found, match);
    }
  }

  return { glob, globSync, promises: { glob: globPromise } };
}
