/**
 * Compat tests, disk: the arguments of each operation on paths, and how often it comes.
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { endingTree, maybe, type Row, readOptions, writeOptions } from './common.js';

const statOptions = (r: Prng): string => v.options(r, { bigint: v.bool, throwIfNoEntry: v.bool });

const readdirOptions = (r: Prng): string =>
  r.chance(20)
    ? v.encoding(r)
    : endingTree(v.options(r, { encoding: v.encoding, withFileTypes: v.bool, recursive: v.bool }));
const removeOptions = (r: Prng): string =>
  v.options(r, { recursive: () => 'true', force: v.bool, maxRetries: () => '1', retryDelay: () => '1' }, 60);
const copyFilter: v.Choose = (r) =>
  r.pick(["(from) => !from.endsWith('b')", '() => true', 'async (from) => !from.endsWith("a")', '() => false', '1']);
const copyOptions = (r: Prng): string =>
  v
    .options(
      r,
      {
        recursive: () => 'true',
        force: v.bool,
        errorOnExist: v.bool,
        dereference: v.bool,
        preserveTimestamps: v.bool,
        verbatimSymlinks: v.bool,
        filter: copyFilter,
        mode: (q) => q.pick(['0', 'C.COPYFILE_EXCL', 'C.COPYFILE_FICLONE', '8', "'x'"]),
      },
      30,
    )
    .replace(/^\{ (?!recursive)/, r.chance(70) ? '{ recursive: true, ' : '{ ');

/** Path operations: name without 'Sync' → arguments. */
export const pathRows: Record<string, Row> = {
  access: (r) =>
    v.optional(
      r,
      [maybe(r)],
      (q) => q.pick(['0', '1', '2', '4', '6', '7', 'C.R_OK', '8', '-1', "'x'", 'undefined', 'null']),
      50,
    ),
  appendFile: (r) => v.optional(r, [maybe(r), v.data(r)], writeOptions, 40),
  chmod: (r) => [maybe(r), v.mode(r)],
  chown: (r) => [maybe(r), v.owner(r), v.owner(r)],
  copyFile: (r) =>
    v.optional(
      r,
      [maybe(r), maybe(r)],
      (q) =>
        q.pick([
          '0',
          'C.COPYFILE_EXCL',
          'C.COPYFILE_FICLONE',
          'C.COPYFILE_EXCL',
          '8',
          '-1',
          "'x'",
          'null',
          'undefined',
        ]),
      40,
    ),
  cp: (r) => v.optional(r, [maybe(r, v.plainPath), maybe(r, v.plainPath)], copyOptions, 85),
  lchown: (r) => [maybe(r), v.owner(r), v.owner(r)],
  link: (r) => [maybe(r), maybe(r)],
  lstat: (r) => v.optional(r, [maybe(r)], statOptions, 40),
  lutimes: (r) => [maybe(r), v.time(r), v.time(r)],
  mkdir: (r) =>
    v.optional(
      r,
      [maybe(r)],
      (q) => (q.chance(20) ? v.mode(q) : v.options(q, { recursive: v.bool, mode: v.mode }, 60)),
      60,
    ),
  readdir: (r) => v.optional(r, [maybe(r)], readdirOptions, 70),
  readFile: (r) => v.optional(r, [maybe(r)], readOptions, 70),
  readlink: (r) => v.optional(r, [maybe(r)], v.encodingOption, 40),
  realpath: (r) => v.optional(r, [maybe(r)], v.encodingOption, 30),
  rename: (r) => [maybe(r), maybe(r)],
  rm: (r) => v.optional(r, [maybe(r, v.plainPath)], removeOptions, 85),
  rmdir: (r) =>
    v.optional(
      r,
      [maybe(r)],
      (q) => v.options(q, { recursive: (s) => s.pick(['false', 'undefined', '1']), maxRetries: () => '0' }),
      20,
    ),
  stat: (r) => v.optional(r, [maybe(r)], statOptions, 40),
  statfs: (r) => v.optional(r, [maybe(r)], (q) => v.options(q, { bigint: v.bool }), 50),
  symlink: (r) =>
    v.optional(
      r,
      [v.linkTarget(r), maybe(r)],
      (q) => q.pick(["'file'", "'dir'", "'junction'", 'null', 'undefined', "'x'", '1']),
      25,
    ),
  truncate: (r) => v.optional(r, [maybe(r)], v.length, 80),
  unlink: (r) => [maybe(r)],
  utimes: (r) => [maybe(r), v.time(r), v.time(r)],
  writeFile: (r) => v.optional(r, [maybe(r), v.data(r)], writeOptions, 40),
};

export const pathWeights: Record<string, number> = {
  access: 2,
  appendFile: 4,
  chmod: 3,
  chown: 2,
  copyFile: 5,
  cp: 6,
  lchown: 1,
  link: 5,
  lstat: 3,
  lutimes: 2,
  mkdir: 8,
  readdir: 6,
  readFile: 5,
  readlink: 2,
  realpath: 3,
  rename: 9,
  rm: 4,
  rmdir: 3,
  stat: 3,
  statfs: 1,
  symlink: 7,
  truncate: 3,
  unlink: 4,
  utimes: 4,
  writeFile: 9,
};
