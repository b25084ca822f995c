/**
 * Facade layer: recursive readdir. Which links are followed, and in what order
 * directories come, differs between releases and between the forms; this file
 * owns those rules. Walks one directory at a time, as Node does.
 */
import { posix } from 'node:path';
import { DT_DIR, DT_LINK, Fault, S_IFDIR, S_IFMT } from '../../core/index.js';
import type { Context } from '../context.js';
import { makeDirent } from '../dirent.js';
import { decodeName, encodeName, presentName } from '../encoding.js';
import { invalidArgType } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import { PathFault } from '../uv-exception.js';

export interface TreeRules {
  /** Directories in the order found ('queue'), or the last found first ('stack'). */
  readonly order: 'queue' | 'stack';
  /** With file types, links to directories are entered too. */
  readonly followTypedLinks: boolean;
}

const modern = nodeAtLeast(26);

/** fs.readdirSync and fs.readdir. */
export const callbackRules: TreeRules = { order: 'queue', followTypedLinks: nodeAtLeast(22) };
/** fs.promises.readdir, which had an order of its own until Node 26. */
export const promiseRules: TreeRules = { order: modern ? 'queue' : 'stack', followTypedLinks: modern };

export interface TreeOptions {
  readonly encoding: unknown;
  readonly withFileTypes: boolean;
}

const isText = (encoding: unknown): boolean => !encoding || /^utf-?8$/i.test(String(encoding));

function isDirectory(ctx: Context, path: string): boolean {
  return ctx.engine.stat(path, ctx.stat) === 0 && (ctx.stat[1] & S_IFMT) === S_IFDIR;
}

const joinName = (parent: string, name: string): string => (parent === '' ? name : `${parent}/${name}`);

/** The directory that a Dirent names as its parent: the caller's own text, or a join of it. */
function parentOf(base: string | Uint8Array, relative: string): string | Uint8Array {
  if (relative === '') return base;
  if (typeof base === 'string') return posix.join(base, decodeName(relative));
  return Buffer.from(joinName(encodeName(base).replace(/\/$/, ''), relative), 'latin1');
}

/** Lists everything below `base`: names relative to it, or Dirents. */
export function readTree(ctx: Context, base: string | Uint8Array, options: TreeOptions, rules: TreeRules): unknown[] {
  const { encoding, withFileTypes } = options;
  const root = ctx.resolve(base);
  const results: unknown[] = [];
  const pending = [''];
  const listings = new Map<string, { names: string[]; types: number[] }>();

  const list = (relative: string): { names: string[]; types: number[] } => {
    const types: number[] = [];
    const path = relative === '' ? root : joinName(root, relative);
    try {
      return { names: ctx.engine.readdir(path, types), types };
    } catch (error) {
      if (!(error instanceof Fault) || relative === '') throw error;
      throw new PathFault(error.errno, 'scandir', String(parentOf(base, relative)));
    }
  };

  const enters = (relative: string, type: number): boolean => {
    if (!modern && !isText(encoding)) return false;
    if (type === DT_DIR) return true;
    if (type !== DT_LINK || (withFileTypes && !rules.followTypedLinks)) return false;
    return isDirectory(ctx, joinName(root, relative));
  };

  while (pending.length > 0) {
    const relative = (rules.order === 'queue' ? pending.shift() : pending.pop()) as string;
    const { names, types } = listings.get(relative) ?? list(relative);
    listings.delete(relative);
    for (let i = 0; i < names.length; i++) {
      refuseBytes(base, encoding, names[i]);
      const child = joinName(relative, names[i]);
      results.push(
        withFileTypes
          ? makeDirent(presentName(names[i], encoding), types[i], parentOf(base, relative))
          : presentName(child, encoding),
      );
      if (!enters(child, types[i])) continue;
      pending.push(child);
      // The stack order reads a directory when it is found, so its errors come then.
      if (rules.order === 'stack') listings.set(child, list(child));
    }
  }
  return results;
}

/** Before Node 26 the walk joined names with path.join, which takes no Buffer. */
function refuseBytes(base: string | Uint8Array, encoding: unknown, name: string): void {
  if (modern) return;
  if (typeof base !== 'string') throw invalidArgType('path', 'string', base);
  if (encoding === 'buffer') throw invalidArgType('path', 'string', Buffer.from(name, 'latin1'));
}
