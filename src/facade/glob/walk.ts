/**
 * Facade layer: the walk behind glob. Owns which paths match a set of patterns;
 * the parts of a pattern are compiled by minimatch, the library that Node
 * bundles for the same purpose. Invariant: each path is given once, and the walk
 * looks only where a pattern can still match. Rules as lib/internal/fs/glob.js
 * has them, by measurement: wildcards and `**` do not pass symbolic links,
 * literal parts do; `**` and `*` leave out dot files.
 */
import { posix } from 'node:path';
import { DT_DIR, DT_FILE, DT_LINK, S_IFDIR, S_IFLNK, S_IFMT } from '../../core/index.js';
import type { Context } from '../context.js';
import { decodeName, encodeName } from '../encoding.js';
import { GLOBSTAR, type MatcherOptions, Minimatch } from '../minimatch.js';
import { nodeAtLeast } from '../running-node.js';

const { join, resolve } = posix;

/** One part of a pattern between slashes. */
type Part = string | typeof GLOBSTAR | { test(name: string): boolean };

export interface GlobOptions {
  /** Directory to which patterns and results are relative, as the caller spelled it. */
  readonly root: string;
  readonly excludePatterns?: readonly string[];
  readonly exclude?: (entry: unknown) => unknown;
  /** How an entry is shown to `exclude`. */
  readonly present: (path: string, parent: string, name: string, type: number) => unknown;
  readonly followSymlinks: boolean;
  /** Levels below the root that are looked into. */
  readonly maxDepth: number;
}

/** A result: its path relative to the root, the absolute path behind it, and what it is (DT_*, 0 when gone). */
export interface Match {
  readonly path: string;
  readonly full: string;
  readonly type: number;
}

/** Places in one pattern at which a directory stands. */
interface State {
  readonly parts: readonly Part[];
  readonly absolute: boolean;
  readonly at: ReadonlySet<number>;
  /** Those of them reached through a link by `**`, which goes no further there. */
  readonly linked: ReadonlySet<number>;
  /** Real paths of the directories above, against cycles (followSymlinks only). */
  readonly above: ReadonlySet<string>;
}

interface Child {
  readonly name: string;
  readonly type: number;
}

/** Up to Node 24 `**` let the part after it match beyond a link of the same name. */
const passesLinks = nodeAtLeast(22) && !nodeAtLeast(26);

const NOTHING: ReadonlySet<never> = new Set();

const minimatchOptions: MatcherOptions = {
  windowsPathsNoEscape: true,
  nonegate: true,
  nocomment: true,
  optimizationLevel: 2,
  platform: 'linux',
  nocaseMagicOnly: true,
};

export const compile = (pattern: string): Minimatch => new Minimatch(pattern, minimatchOptions);

const isPattern = (part: Part | undefined): part is { test(name: string): boolean } =>
  typeof part === 'object' && part !== null;

function matches(part: Part | undefined, name: string): boolean {
  if (part === GLOBSTAR) return true;
  if (typeof part === 'string') return part === name;
  return isPattern(part) && part.test(name);
}

export class GlobWalk {
  readonly #ctx: Context;
  readonly #options: GlobOptions;
  readonly #base: string;
  readonly #excluded: readonly Minimatch[];
  readonly #found = new Set<string>();
  readonly #visited = new Set<string>();
  readonly #ids = new Map<readonly Part[], number>();
  /** Entries whose names are no text: they are known from their directory only, and can't be looked at by name. */
  readonly #unspeakable = new Map<string, number>();
  #next = new Map<string, State[]>();

  constructor(ctx: Context, patterns: readonly string[], options: GlobOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#base = resolve(ctx.cwd(), options.root);
    this.#excluded = (options.excludePatterns ?? []).map((pattern) => compile(resolve(this.#base, pattern)));
    const states: State[] = [];
    for (const pattern of patterns) {
      for (const parts of compile(pattern).set as Part[][]) {
        this.#ids.set(parts, states.length);
        const absolute = parts[0] === '' && parts.length > 1;
        states.push({ parts, absolute, at: new Set([0]), linked: NOTHING, above: NOTHING });
      }
    }
    this.#next.set('.', states);
  }

  /** All matches, found while it is iterated. */
  *run(): Generator<Match> {
    const queue: [string, State[]][] = [];
    for (;;) {
      queue.push(...this.#next);
      this.#next = new Map();
      const item = queue.pop();
      if (item === undefined) return;
      for (const state of item[1]) yield* this.#visit(item[0], state);
    }
  }

  #full(path: string): string {
    return resolve(this.#base, path);
  }

  #type(full: string): number {
    const known = this.#unspeakable.get(full);
    if (known !== undefined) return known;
    const { engine, stat } = this.#ctx;
    if (engine.lstat(encodeName(full), stat) !== 0) return 0;
    const format = stat[1] & S_IFMT;
    return format === S_IFDIR ? DT_DIR : format === S_IFLNK ? DT_LINK : DT_FILE;
  }

  #leadsToDirectory(full: string): boolean {
    const { engine, stat } = this.#ctx;
    return engine.stat(encodeName(full), stat) === 0 && (stat[1] & S_IFMT) === S_IFDIR;
  }

  #isExcluded(path: string): boolean {
    return this.#excluded.some((matcher) => matcher.match(path));
  }

  /** Levels from the root to `path`: endless when it is not below. */
  #depth(path: string): number {
    const from = posix.relative(this.#base, this.#full(path));
    return from === '' ? 0 : from.split('/').length;
  }

  #match(path: string, type: number): Match | undefined {
    const full = this.#full(path);
    if (this.#found.has(path) || this.#isExcluded(full)) return undefined;
    if (this.#options.maxDepth !== Infinity && this.#depth(path) > this.#options.maxDepth) return undefined;
    this.#found.add(path);
    return { path, full, type };
  }

  *#give(path: string, type: number): Generator<Match> {
    const match = this.#match(path, type);
    if (match !== undefined) yield match;
  }

  /** Puts a directory on the list for some places of a pattern, unless it is excluded. */
  #enter(path: string, state: State, at: ReadonlySet<number>, linked: ReadonlySet<number>, above = state.above): void {
    const full = this.#full(path);
    if (this.#isExcluded(path)) return;
    const type = this.#type(full);
    if (type === DT_DIR && this.#isExcluded(`${full}/`)) return;
    if (this.#refuses(path)) return;
    this.#add(path, { ...state, at, linked, above });
  }

  /** Asks `exclude` about a directory. As a Dirent it is looked up from the working directory, whatever `cwd` is, as Node does. */
  #refuses(path: string): boolean {
    const { exclude, present } = this.#options;
    if (exclude === undefined) return false;
    if (present === showPath) return Boolean(exclude(path));
    const type = this.#type(posix.resolve(this.#ctx.cwd(), path));
    return type !== 0 && Boolean(exclude(present(path, posix.dirname(path), '', type)));
  }

  #add(path: string, state: State): void {
    const waiting = this.#next.get(path);
    if (waiting === undefined) this.#next.set(path, [state]);
    else waiting.push(state);
  }

  /** Marks the places of `state` at `path`; false when all of them have been there before. */
  #arrive(path: string, state: State): boolean {
    const before = this.#visited.size;
    for (const index of state.at) this.#visited.add(`${this.#ids.get(state.parts)}:${index}:${path}`);
    return this.#visited.size !== before;
  }

  #seen(path: string, state: State, index: number): boolean {
    return this.#visited.has(`${this.#ids.get(state.parts)}:${index}:${path}`);
  }

  *#visit(path: string, state: State): Generator<Match> {
    if (!this.#arrive(path, state)) return;
    const { parts, at, linked } = state;
    const full = this.#full(path);
    if (this.#isExcluded(full)) return;
    const head = parts[0];
    if (at.has(0) && (head === '' || head === '..' || head === '.')) {
      // An absolute pattern, one that goes up, or one that says where it starts.
      this.#enter(head === '' ? '/' : head === '..' ? '../' : '.', state, new Set([1]), NOTHING);
      return;
    }

    const { followSymlinks, maxDepth } = this.#options;
    const type = this.#type(full);
    const throughLink = followSymlinks ? this.#leadsToDirectory(full) : [...at].some((index) => !linked.has(index));
    const isDirectory = type === DT_DIR || (type === DT_LINK && throughLink);
    const last = parts.length - 1;
    const tail = parts[last];
    const atEnd = at.has(last) || (tail === '' && isDirectory && at.has(last - 1) && parts[last - 1] === GLOBSTAR);

    if (atEnd && typeof tail === 'string') {
      const there = this.#type(join(full, tail));
      if (there !== 0 && (tail !== '' || isDirectory)) yield* this.#give(join(path, tail), there);
      if (at.size === 1 && at.has(last)) return;
    } else if (atEnd && tail === GLOBSTAR && (path !== '.' || head === '.' || (last === 0 && type !== 0))) {
      yield* this.#give(path, type);
    }

    if (!isDirectory) return;
    if (maxDepth !== Infinity && !this.#mayDescend(path, state)) return;
    let { above } = state;
    if (followSymlinks) {
      const real = this.#ctx.engine.realpath(encodeName(full));
      if (above.has(real)) return;
      above = new Set(above).add(real);
    }
    for (const child of this.#children(full, state)) yield* this.#visitChild(path, full, state, child, atEnd, above);
  }

  #mayDescend(path: string, state: State): boolean {
    const full = this.#full(path);
    const above = state.absolute && this.#base !== full && this.#base.startsWith(full === '/' ? '/' : `${full}/`);
    return above || this.#depth(path) < this.#options.maxDepth;
  }

  /** The entries of a directory; one look when only one name can match. */
  #children(full: string, { parts, at }: State): Child[] {
    const [index] = at;
    const only = at.size === 1 ? parts[index] : undefined;
    if (typeof only === 'string') {
      const type = this.#type(join(full, only));
      return type === 0 ? [] : [{ name: only, type }];
    }
    const types: number[] = [];
    try {
      const names = this.#ctx.engine.readdir(encodeName(full), types);
      return names.map((name, i) => ({ name: decodeName(name), type: types[i] }));
    } catch {
      // Unreadable counts as empty, as in Node.
      return [];
    }
  }

  *#visitChild(
    path: string,
    full: string,
    state: State,
    { name, type }: Child,
    atEnd: boolean,
    above: ReadonlySet<string>,
  ): Generator<Match> {
    const { parts, at, linked } = state;
    const { followSymlinks, exclude, present } = this.#options;
    const last = parts.length - 1;
    const childPath = (): string => join(path, name);
    const isDirectory =
      type === DT_DIR || (followSymlinks && type === DT_LINK && this.#leadsToDirectory(join(full, name)));
    const next: number[] = [];
    const nextLinked: number[] = [];

    for (const index of at) {
      const part = parts[index];
      const after = index + 1;
      if (part === GLOBSTAR) {
        let beyond = after;
        while (parts[beyond] === GLOBSTAR) beyond++;
        if (name.startsWith('.') && !matches(parts[beyond], name)) continue;
        if (exclude?.(present(name, full, name, type))) continue;

        const stuck = !followSymlinks && linked.has(index);
        const afterMatches = matches(parts[after], name);
        if (!stuck && isDirectory) next.push(index);
        else if (!stuck && index === last) yield* this.#give(childPath(), type);
        if (afterMatches && after === last && !atEnd) yield* this.#give(childPath(), type);
        else if (afterMatches && isDirectory) next.push(index + 2);
        const mayGoOn = isDirectory || (passesLinks && type === DT_LINK);
        if ((afterMatches || parts[0] === '.') && mayGoOn && !stuck) next.push(after);
        if (!followSymlinks && type === DT_LINK) nextLinked.push(index);
        if (parts[after] === '..' && isDirectory) yield* this.#goUp(path, state, after);
      } else if (typeof part === 'string') {
        if (part === name && index !== last) next.push(after);
        else if (part === '.' && matches(parts[after], name)) {
          if (after === last) yield* this.#give(childPath(), type);
          else next.push(after + 1);
        }
      } else if (matches(part, name)) {
        if (index === last) yield* this.#give(childPath(), type);
        else if (isDirectory) next.push(after);
      }
    }
    if (next.length === 0) return;
    if (name.includes('\ufffd')) this.#unspeakable.set(join(full, name), type);
    this.#enter(childPath(), state, new Set(next), new Set(nextLinked), above);
  }

  /** A '..' after '**': the directory itself and its parent both match it. */
  *#goUp(path: string, state: State, index: number): Generator<Match> {
    for (const target of [path, join(path, '..')]) {
      if (index === state.parts.length - 1) yield* this.#give(target, this.#type(this.#full(target)));
      else if (!this.#next.has(target) && !this.#seen(target, state, index + 1)) {
        this.#add(target, { ...state, at: new Set([index + 1]), linked: NOTHING });
      }
    }
  }
}

/** `exclude` is shown the path, or the bare name below `**`. */
export const showPath = (path: string): unknown => path;
