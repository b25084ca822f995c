/**
 * Facade layer: recursive readdir. Which links are followed, and in what order
 * directories come, differs between releases and between the forms; this file
 * owns those rules, but for what directory.ts asks of it. Walks one directory at
 * a time, as Node does. Loaded by the first call (see late-calls.ts).
 */
import { posix } from 'node:path';
import { DT_DIR, DT_FILE, DT_LINK, Fault, S_IFDIR, S_IFMT } from '../../core/index.js';
import type { Context } from '../context.js';
import { makeDirent } from '../dirent.js';
import { decodeName, encodeName, isUtf8Name, presentName } from '../encoding.js';
import { invalidArgType } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import { PathFault } from '../uv-exception.js';
import type { TreeRules } from './directory.js';

const modern = nodeAtLeast(26);

interface TreeOptions {
  readonly encoding: unknown;
  readonly withFileTypes: boolean;
}

function isDirectory(ctx: Context, path: string): boolean {
  return ctx.engine.stat(path, ctx.stat) === 0 && (ctx.stat[1] & S_IFMT) === S_IFDIR;
}

const joinName = (parent: string, name: string): string => (parent === '' ? name : `${parent}/${name}`);

/** The directory that a Dirent names as its parent: the caller's own path, or a join of it. */
function parentOf(base: string | Uint8Array, relative: string, encoding?: unknown): string | Uint8Array {
  if (relative === '') return base;
  const shown = presentName(relative, modern ? encoding : undefined);
  if (typeof base === 'string' && typeof shown === 'string') return posix.join(base, shown);
  return Buffer.from(joinName(encodeName(base).replace(/\/$/, ''), encodeName(shown)), 'latin1');
}

/** Lists everything below `base`: names relative to it, or Dirents. */
export function readTree(ctx: Context, base: string | Uint8Array, options: TreeOptions, rules: TreeRules): unknown[] {
  const { encoding, withFileTypes } = options;
  const root = ctx.resolve(base);
  const results: unknown[] = [];
  // Relative paths of the directories to list, as Node's walk spells them.
  const pending = [''];
  const listings = new Map<string, { names: string[]; types: number[] }>();
  // Before Node 26 the walk joined paths with path.join, to which `link/..` is where the link lies.
  const below = modern || typeof base !== 'string' || !base.includes('..') ? root : ctx.resolve(posix.normalize(base));
  const place = (relative: string): string => (relative === '' ? root : joinName(below, relative));

  const list = (relative: string): { names: string[]; types: number[] } => {
    const types: number[] = [];
    try {
      return { names: ctx.engine.readdir(place(relative), types), types };
    } catch (error) {
      if (!(error instanceof Fault) || relative === '') throw error;
      throw new PathFault(error.errno, 'scandir', String(parentOf(base, relative)));
    }
  };

  const enters = (relative: string, type: number): boolean => {
    // Before Node 26 only the walk that gives Dirents believed the listing.
    if (type === DT_DIR && (modern || withFileTypes)) return true;
    if (type !== DT_LINK && type !== DT_DIR) return false;
    if (withFileTypes && !rules.followTypedLinks) return false;
    return isDirectory(ctx, place(relative));
  };

  // Names that need no decoding, which is nearly always so: half of the time.
  const plain = ctx.engine.asciiOnly && typeof base === 'string' && isUtf8Name(encoding);
  for (let next = 0; rules.order === 'queue' ? next < pending.length : pending.length > 0; next++) {
    const relative = (rules.order === 'queue' ? pending[next] : pending.pop()) as string;
    const { names, types } = listings.get(relative) ?? list(relative);
    listings.delete(relative);
    if (plain && !withFileTypes) {
      const prefix = relative === '' ? '' : `${relative}/`;
      for (let i = 0; i < names.length; i++) {
        const child = prefix + names[i];
        results.push(child);
        if (types[i] === DT_FILE || !enters(child, types[i])) continue;
        pending.push(child);
        if (rules.order === 'stack') listings.set(child, list(child));
      }
      continue;
    }
    const parent = withFileTypes && names.length > 0 ? parentOf(base, relative, encoding) : base;
    for (let i = 0; i < names.length; i++) {
      // A walk that believes the listing joins what it enters, the others everything.
      if (!withFileTypes || rules.followTypedLinks || types[i] === DT_DIR) refuseBytes(base, encoding, names[i]);
      const shown = presentName(names[i], encoding);
      const child = joinName(relative, modern ? names[i] : encodeName(shown));
      if (withFileTypes) results.push(makeDirent(shown, types[i], parent));
      else results.push(modern ? presentName(child, encoding) : decodeName(child));
      // A name that is no text in this encoding leads older releases back to the directory itself, for ever.
      if (shown.length === 0 || !enters(child, types[i])) continue;
      pending.push(child);
      // The stack order reads a directory when it is found, so its errors come then.
      if (rules.order === 'stack') listings.set(child, list(child));
    }
  }
  return results;
}

/** Before Node 26 the walk joined names, as the encoding shows them, with path.join, which takes no Buffer. */
function refuseBytes(base: string | Uint8Array, encoding: unknown, name: string): void {
  if (modern) return;
  if (typeof base !== 'string') throw invalidArgType('path', 'string', base);
  if (encoding === 'buffer') throw invalidArgType('path', 'string', Buffer.from(name, 'latin1'));
}
