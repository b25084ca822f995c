/**
 * Compat tests, disk: copies. A disk lists a directory in an order of its own, libuv and Node leave some failed copies
 * half done, and some copies never end or end the process: these helpers tell what of a copy can be compared.
 */
import { dirname, join, resolve } from 'node:path';
import type { NodeFs } from '../targets.js';
import { pause } from './stream-world.js';

/** Milliseconds for a copy: one that takes longer goes on for ever, or as good as. */
const PATIENCE = 1_500;
const GOES_ON = 'goes on';

/** As {@link settle}, for callers that give the outcome on with {@link revive}. */
const settleAny = async (start: () => unknown): Promise<unknown> => {
  try {
    return await start();
  } catch (failure) {
    return { failure };
  }
};
const revive = (settled: unknown): unknown => {
  if (typeof settled === 'object' && settled !== null && 'failure' in settled) throw settled.failure;
  return settled;
};

type Kind = 'none' | 'file' | 'directory' | 'link';

/** What is at a path, looked at without following a link there. */
export const kindAt = (fs: NodeFs, path: unknown, follow = false): Kind => {
  try {
    const stats = follow ? fs.statSync(path as string) : fs.lstatSync(path as string);
    return stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'file';
  } catch {
    return 'none';
  }
};

/** True when following a link fails in another way than that nothing is there, which C++ takes for an exception. */
const isUnsound = (fs: NodeFs, path: string): boolean => {
  try {
    fs.statSync(path);
    return false;
  } catch (error) {
    return !/^(ENOENT|ENOTDIR)$/.test(String(codeOf(error)));
  }
};

/** Permissions count for everyone else: C++ throws where it may not make what it has to. */
const isRoot = (): boolean => process.geteuid?.() === 0;

/** Entries below a directory: the largest number in one of them, and whether all links can be followed to something or nothing. */
const surveyBelow = (fs: NodeFs, directory: string): { widest: number; sound: boolean } => {
  const entries = fs.readdirSync(directory, { withFileTypes: true });
  let widest = entries.length;
  let sound = true;
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isSymbolicLink()) {
      sound &&= !isUnsound(fs, path);
      if (kindAt(fs, path, true) === 'directory') widest = 2;
    }
    if (!entry.isDirectory()) continue;
    if (!isRoot() && (fs.statSync(path).mode & 0o700) !== 0o700) sound = false;
    const below = surveyBelow(fs, path);
    widest = Math.max(widest, below.widest);
    sound &&= below.sound;
  }
  return { widest, sound };
};

/** Links to a directory that they are in: with two of them, a listing that follows links takes time that doubles with each level. */
const loopsBelow = (fs: NodeFs, directory: string): number => {
  let loops = 0;
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) loops += loopsBelow(fs, path);
    else if (entry.isSymbolicLink() && kindAt(fs, path, true) === 'directory') {
      if (`${fs.realpathSync(directory)}/`.startsWith(`${fs.realpathSync(path)}/`)) loops++;
    }
  }
  return loops;
};

export const isWide = (fs: NodeFs, directory: unknown): boolean => {
  try {
    return surveyBelow(fs, String(directory)).widest > 1;
  } catch {
    return true;
  }
};

const isSound = (fs: NodeFs, directory: string): boolean => {
  try {
    return surveyBelow(fs, directory).sound;
  } catch {
    return false;
  }
};

/**
 * The directories that a copy of `directory` reads, by their real paths; and how many links in them lead back to one
 * that is being read, where links are followed.
 */
const survey = (fs: NodeFs, directory: string, follows: boolean): { read: string[]; loops: number } => {
  const active = new Set<string>();
  const seen = new Set<string>();
  let loops = 0;
  const visit = (path: string): void => {
    const real = fs.realpathSync(path);
    if (active.has(real)) loops++;
    if (seen.has(real)) return;
    seen.add(real);
    active.add(real);
    for (const { name } of fs.readdirSync(real, { withFileTypes: true })) {
      const inner = join(real, name);
      if (kindAt(fs, inner, follows) === 'directory') visit(inner);
    }
    active.delete(real);
  };
  visit(directory);
  return { read: [...seen], loops };
};

/** Node's own check: true when a directory above `to` is `from`, by spelling or, as far as they exist, by what they are. */
const isRefused = (fs: NodeFs, from: string, to: string): boolean => {
  if (`${resolve(to)}/`.startsWith(`${resolve(from)}/`)) return true;
  const source = fs.realpathSync(from);
  const last = dirname(resolve(from));
  for (let at = dirname(resolve(to)); at !== last && at !== '/'; at = dirname(at)) {
    if (kindAt(fs, at, true) === 'none') return false;
    if (fs.realpathSync(at) === source) return true;
  }
  return false;
};

/**
 * True when a directory would be copied into itself, hidden by links and missing parents from Node's checks: Node goes
 * on until a path is too long or its stack is full (docs/differences.md). Two links that lead back take as long.
 */
const copiesForEver = (fs: NodeFs, from: unknown, to: unknown, follows: boolean): boolean => {
  if (typeof from !== 'string' || typeof to !== 'string' || kindAt(fs, from, follows) !== 'directory') return false;
  try {
    const { read, loops } = survey(fs, from, follows);
    if (loops > 1) return true;
    let at = resolve(to);
    while (kindAt(fs, at, true) === 'none') at = dirname(at);
    const place = `${fs.realpathSync(at)}/`;
    return read.some((directory) => place.startsWith(`${directory}/`)) && !isRefused(fs, from, to);
  } catch {
    // Not to be read: the copy will not get far either.
    return false;
  }
};

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code');

/** The error in an outcome of any form: thrown, rejected or called back with. */
const errorIn = (settled: unknown): unknown => {
  if (typeof settled !== 'object' || settled === null) return undefined;
  if ('failure' in settled) return settled.failure;
  const callback = Reflect.get(settled, 'callback');
  return Array.isArray(callback) && callback[0] instanceof Error ? callback[0] : undefined;
};

const major = Number(process.versions.node.split('.')[0]);

type Helpers = Record<string, unknown>;

/** The helpers of programs that copy. `isOpen` tells whether an inode is held open, `part` ends the program. */
export const copyHelpers = (fs: NodeFs, base: string, isOpen: (ino: number) => boolean, part: () => void): Helpers => ({
  /**
   * copyFile. One that fails late leaves its destination as it was here; libuv has emptied and removed it by then
   * (docs/differences.md). It is removed on both sides, so that the program can go on; or the program ends here.
   */
  copying: async (to: unknown, run: () => unknown) => {
    const before = kindAt(fs, to);
    const { nlink: links, ino } = before === 'file' ? fs.lstatSync(to as string) : { nlink: 0, ino: -1 };
    const settled = await settleAny(run);
    if (!/^(EISDIR|ENOTSUP|EPERM)$/.test(String(codeOf(errorIn(settled))))) return revive(settled);
    // Other names and open descriptors would show it.
    if (before === 'link' || links > 1 || isOpen(ino)) part();
    else if (before !== 'directory') {
      try {
        // The times of the parent tell that something came and went.
        if (before === 'none') fs.writeFileSync(to as string, '', { flag: 'wx' });
        fs.unlinkSync(to as string);
      } catch (error) {
        // Gone already, or it must stay: then it is empty on one side only.
        if (before === 'file' && codeOf(error) !== 'ENOENT') part();
      }
    }
    return revive(settled);
  },
  /**
   * A copy of a tree. A disk lists a directory in an order of its own: which obstacle in it is met first, and what was
   * copied by then, is compared only where there is no choice.
   */
  copyingTree: async (from: unknown, to: unknown, options: unknown, run: () => unknown) => {
    if (copiesForEver(fs, from, to, Reflect.get(Object(options), 'dereference') === true)) return 'skipped';
    // Node removes the link, and then finds no source behind it (docs/differences.md).
    if (kindAt(fs, to) === 'link' && String(from).startsWith(`${String(to)}/`)) return 'skipped';
    const hasChoice = kindAt(fs, from, true) === 'directory' && isWide(fs, from);
    const wasLink = kindAt(fs, to) === 'link';
    const settled = await Promise.race([settleAny(run), pause(PATIENCE).then(() => GOES_ON)]);
    if (settled === GOES_ON) part();
    // Node has removed the link by then; ours is as it was (docs/differences.md). It is removed on both sides.
    if (wasLink && codeOf(errorIn(settled)) === 'ENAMETOOLONG') fs.rmSync(to as string, { force: true });
    if (!hasChoice || !errorIn(settled)) return revive(settled);
    part();
    return 'fails';
  },
  /** True where native cpSync ends the process: its C++ throws exceptions that nothing catches. */
  abortsCp: (from: unknown, to: unknown, options: unknown) => {
    const given = Object(options) as { dereference?: unknown; recursive?: unknown };
    const dereference = given.dereference === true;
    if (kindAt(fs, to, dereference) !== 'none' && kindAt(fs, to, true) === 'none') return true;
    if (dereference && kindAt(fs, from, true) === 'none' && kindAt(fs, to, true) !== 'none') return true;
    if (major >= 26 || given.recursive !== true) return false;
    return !isSound(fs, base);
  },
  loops: () => loopsBelow(fs, base) > 1,
});
