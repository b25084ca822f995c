/**
 * Adapter, mount: glob. A pattern goes to the owner of the directory where its
 * search begins; several patterns may have several owners, each is asked for
 * its own. Invariant: a search does not cross a mount point.
 */
import { posix } from 'node:path';
import { locate, type Mounted, type NodeFs, surrounds, textOf } from './table.js';

interface Share {
  readonly mount: Mounted | undefined;
  readonly fs: NodeFs | undefined;
  readonly patterns: string[];
  /** True of the disk's where a mount point may be met on the way. */
  readonly isAround: boolean;
}

const magic = /[*?[\]{}()!+@]/;

/** The part of a pattern that is a plain directory. */
function beginning(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => magic.test(part));
  const plain = parts.slice(0, first < 0 ? parts.length : first).join('/');
  return plain === '' && pattern.startsWith('/') ? '/' : plain;
}

/** Which owner searches which patterns; undefined when there is nothing to decide. */
export function sharesOf(patterns: unknown, options: unknown): Share[] | undefined {
  const list = typeof patterns === 'string' ? [patterns] : patterns;
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) return undefined;
  const cwd = textOf(typeof options === 'object' && options !== null ? Reflect.get(options, 'cwd') : undefined);
  const shares: Share[] = [];
  for (const pattern of list) {
    const plain = beginning(pattern);
    const from = cwd === undefined || plain.startsWith('/') ? plain : posix.join(cwd, plain);
    const start = from === '' ? '.' : from;
    const { mount } = locate(start);
    const isAround = mount === undefined && surrounds(start);
    const share = shares.find((each) => each.mount === mount && each.isAround === isAround);
    if (share) share.patterns.push(pattern);
    // The working directory of the search is the process's.
    else shares.push({ mount, fs: mount?.relative, patterns: [pattern], isAround });
  }
  return shares;
}
