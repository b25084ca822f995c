/** Test helper: a tree with one of everything, and file systems in one comparable form. */
import { createHash } from 'node:crypto';
import type nodeFs from 'node:fs';
import { join } from 'node:path';
import type { ReadableFs } from '../../src/adapters/tree/index.js';

type NodeFs = typeof nodeFs;

/** 2021-03-04T05:06:07Z, in seconds. */
export const TIME = 1_614_834_367;

/** Puts a tree with modes, times, links, empty directories and odd names below `root`. */
export function plant(fs: NodeFs, root: string): void {
  fs.mkdirSync(`${root}/empty/deep/er`, { recursive: true });
  fs.writeFileSync(`${root}/empty.txt`, '');
  fs.writeFileSync(`${root}/run.sh`, '#!/bin/sh\n', { mode: 0o755 });
  fs.writeFileSync(`${root}/secret`, 'x'.repeat(1000), { mode: 0o600 });
  fs.writeFileSync(`${root}/big.bin`, Buffer.alloc(700_001, 'quota '));
  fs.writeFileSync(`${root}/日本語 ünï 🎉.txt`, 'unicode');
  fs.mkdirSync(`${root}/${'long-directory-name/'.repeat(9)}`, { recursive: true });
  fs.writeFileSync(`${root}/${'long-directory-name/'.repeat(9)}${'é'.repeat(100)}`, 'long');
  fs.symlinkSync('run.sh', `${root}/link`);
  fs.symlinkSync('../secret', `${root}/empty/up`);
  fs.symlinkSync('nowhere', `${root}/dangling`);
  fs.linkSync(`${root}/secret`, `${root}/zz-second-name`);
  fs.mkdirSync(`${root}/closed`);
  fs.writeFileSync(`${root}/closed/inside`, 'inside');
  for (const name of ['empty.txt', 'run.sh', 'secret', 'closed/inside']) fs.utimesSync(`${root}/${name}`, TIME, TIME);
  fs.utimesSync(`${root}/big.bin`, TIME, 1_614_834_367.25);
  fs.lutimesSync(`${root}/link`, TIME, TIME);
  fs.chmodSync(`${root}/closed`, 0o555);
  fs.utimesSync(`${root}/closed`, TIME, TIME);
}

export interface Described {
  type: string;
  mode?: number;
  content?: string;
  mtime?: number;
  /** The first path of the same inode, for files with several. */
  first?: string;
}

/** Everything below `root` that two file systems should agree on. Times in whole milliseconds, of what `plant` set. */
export function described(fs: ReadableFs, root: string): Record<string, Described> {
  const out: Record<string, Described> = {};
  const firsts = new Map<string, string>();
  const visit = (directory: string): void => {
    for (const name of fs.readdirSync(join(root, directory)).sort()) {
      const path = join(directory, name);
      const at = join(root, path);
      const stats = fs.lstatSync(at);
      // A microsecond more: what was set as .250 may be there as .249999.
      const mtime = Math.floor(stats.mtimeMs + 0.001);
      if (stats.isSymbolicLink()) {
        out[path] = { type: 'symlink', content: String(fs.readlinkSync(at)) };
        continue;
      }
      out[path] = { type: stats.isDirectory() ? 'directory' : 'file', mode: stats.mode & 0o7777, mtime };
      if (stats.isDirectory()) visit(path);
      else out[path].content = createHash('sha1').update(fs.readFileSync(at)).digest('hex');
      if (stats.isFile() && stats.nlink > 1) {
        const key = `${stats.dev}:${stats.ino}`;
        if (!firsts.has(key)) firsts.set(key, path);
        out[path].first = firsts.get(key);
      }
    }
  };
  visit('');
  return out;
}

/** {@link described} without what zip cannot say: fractions of seconds and hard links. */
export function zipped(tree: Record<string, Described>): Record<string, Described> {
  return Object.fromEntries(
    Object.entries(tree).map(([path, { first: _, ...entry }]) => [
      path,
      entry.mtime === undefined ? entry : { ...entry, mtime: Math.floor(entry.mtime / 1000) * 1000 },
    ]),
  );
}
