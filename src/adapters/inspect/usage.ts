/** Adapter, looking: who takes how much, as du(1) counts: hard links once, links not followed. */
import type { Stats } from 'node:fs';
import { formatBytes } from '../../host/index.js';
import { below, type ReadableFs } from '../tree/index.js';

export type UsageFs = Pick<ReadableFs, 'lstatSync' | 'readdirSync'>;

/** What is at and below a path. */
export interface PathUsage {
  readonly path: string;
  /** Bytes of the files, as long as they say they are. */
  readonly size: number;
  /** Bytes that the blocks of everything take: holes count nothing. */
  readonly allocated: number;
  readonly files: number;
  readonly directories: number;
  readonly symlinks: number;
  /** Direct entries, the largest first. Empty for what is no directory. */
  readonly children: readonly PathUsage[];
}

/**
 * What is at and below a path: sizes, and the bytes that the blocks take.
 * @param path a directory or file; default '/'
 * @throws the errors of `fs` when `path` is not there
 */
export function usage(fs: UsageFs, path = '/'): PathUsage {
  const seen = new Set<string>();
  const visit = (at: string): PathUsage => {
    const stats = fs.lstatSync(at);
    const own = ownUsage(at, stats, seen);
    if (!stats.isDirectory()) return { ...own, children: [] };
    const children = fs.readdirSync(at).map((name) => visit(below(at, name)));
    children.sort((a, b) => b.allocated - a.allocated || b.size - a.size || (a.path < b.path ? -1 : 1));
    const sum = (key: 'size' | 'allocated' | 'files' | 'directories' | 'symlinks'): number =>
      children.reduce((total, child) => total + child[key], own[key]);
    return {
      path: at,
      size: sum('size'),
      allocated: sum('allocated'),
      files: sum('files'),
      directories: sum('directories'),
      symlinks: sum('symlinks'),
      children,
    };
  };
  return visit(path);
}

function ownUsage(path: string, stats: Stats, seen: Set<string>): Omit<PathUsage, 'children'> {
  const key = `${stats.dev}:${stats.ino}`;
  const isNew = stats.nlink < 2 || stats.isDirectory() || !seen.has(key);
  seen.add(key);
  return {
    path,
    size: isNew && stats.isFile() ? stats.size : 0,
    allocated: isNew ? stats.blocks * 512 : 0,
    files: stats.isFile() ? 1 : 0,
    directories: stats.isDirectory() ? 1 : 0,
    symlinks: stats.isSymbolicLink() ? 1 : 0,
  };
}

/** Options of {@link printUsage}. */
export interface PrintUsageOptions {
  /** Levels below `path`. Default 1. */
  readonly depth?: number;
}

/**
 * {@link usage} as lines, the total last as du(1) has it.
 * @throws as {@link usage}
 */
export function printUsage(fs: UsageFs, path = '/', { depth = 1 }: PrintUsageOptions = {}): string {
  const rows: [string, string][] = [];
  const add = ({ path: at, allocated, size, children }: PathUsage, level: number): void => {
    if (level < depth) for (const child of [...children].reverse()) add(child, level + 1);
    rows.push([formatBytes(Math.max(allocated, size)), at]);
  };
  add(usage(fs, path), 0);
  const width = Math.max(...rows.map(([bytes]) => bytes.length));
  return rows.map(([bytes, at]) => `${bytes.padStart(width)}  ${at}`).join('\n');
}
