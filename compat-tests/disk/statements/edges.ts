/**
 * Compat tests, disk: paths at their limits: long ones, chains of links, names that are no text, every spelling of a
 * URL, and every bit of open.
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback } from './common.js';

/** Paths at the limits: total length, links in a row, bytes that are no text, every spelling of a URL. */
export const edge: v.Choose = (r) => {
  switch (r.below(8)) {
    case 0:
      return `long(${r.pick(['4094', '4095', '4096', '4097', '5000'])}, ${v.name(r)})`;
    case 1:
      return `chain(${r.pick(['1', '39', '40', '41'])}, ${r.pick(["'a'", "'d'", "'nowhere'", "'k40'", "''"])})`;
    case 2:
      return `bytes(${r.pick(['0xff', '0xc3, 0x28', '0xed, 0xa0, 0x80', '0xf0, 0x9f', '0x80, 0x61', '0xc0, 0xaf'])})`;
    case 3:
      return `new URL('file://' + ${r.pick([
        "p('%61')",
        "p('%C3%A9')",
        "p('%ff')",
        "p('a%20b')",
        "p('a?q#h')",
        "p('a%23')",
        "p('./a')",
        "p('b/../a')",
        "p('%2e%2e/w/a')",
        "p('a%5Cb')",
        "p('a\\\\b')",
        "p('a%2fb')",
        "p('%00')",
        "p('%')",
        "p('a//b')",
        "p('a/')",
      ])})`;
    case 4:
      return `p(${r.pick(["'.'", "'./a'", "'a/.'", "'a/..'", "'a/../b'", "'../w/a'", "'./.'", "'//a'", "'d/./e'", "'d/../d/e'", "'l/..'", "'l/../a'", "'nowhere/..'", "'a/'", "'l/'", "'../w'", "'../../../w'", "'...'", "'~'"])})`;
    case 5:
      return `q(${r.pick(["'./a'", "'../w/a'", "'a/'", "''"])})`;
    case 6:
      return `Buffer.from(p(${v.name(r)}) + ${r.pick(["''", "'/'", "'/.'", "'\\0'"])})`;
    default:
      return `p(${r.pick(["'n'.repeat(255)", "'n'.repeat(256)", "'é'.repeat(127) + 'n'", "'d/' + 'n'.repeat(255)", "'a/' + 'n'.repeat(256)", "('x/').repeat(60)", "'\\u{1F600}'.repeat(63)", "'\\u{1F600}'.repeat(64)"])})`;
  }
};

export const onEdge = (r: Prng, sync: boolean): string => {
  const path = edge(r);
  const other = r.chance(60) ? v.plainPath(r) : edge(r);
  const call = r.pick([
    `readFile(${path})`,
    `readFile(${path}, 'utf8')`,
    `writeFile(${path}, ${v.text(r)})`,
    `stat(${path})`,
    `lstat(${path})`,
    `mkdir(${path})`,
    `mkdir(${path}, { recursive: true })`,
    `readdir(${path})`,
    `readdir(${path}, 'buffer')`,
    `readdir(${path}, { withFileTypes: true })`,
    `readlink(${path})`,
    `readlink(${path}, 'buffer')`,
    `realpath(${path})`,
    `realpath(${path}, 'buffer')`,
    `rename(${path}, ${other})`,
    `rename(${other}, ${path})`,
    `link(${path}, ${other})`,
    `link(${other}, ${path})`,
    `symlink(${other}, ${path})`,
    `symlink(${path}, ${other})`,
    `unlink(${path})`,
    `rmdir(${path})`,
    `chmod(${path}, ${v.mode(r)})`,
    `access(${path})`,
    `truncate(${path}, 3)`,
    `utimes(${path}, ${v.time(r)}, ${v.time(r)})`,
    `appendFile(${path}, ${v.text(r)})`,
    `statfs(${path})`,
    `lutimes(${path}, ${v.time(r)}, ${v.time(r)})`,
  ]);
  const [, name, rest] = call.match(/^(\w+)\((.*)\)$/s) as RegExpMatchArray;
  // 'realpath' and 'mkdir -p' of what is no text differ by form, which is the point; the call may fail while its arguments are made.
  const how = sync ? 'sync' : r.weighted({ sync: 50, callback: 20, promise: 30 });
  if (how === 'sync') return `fs.${name}Sync(${rest})`;
  if (how === 'callback') return callback(`fs.${name}`, [rest]);
  return `fs.promises.${name}(${rest})`;
};

const BITS = [
  'C.O_CREAT',
  'C.O_EXCL',
  'C.O_TRUNC',
  'C.O_APPEND',
  'C.O_DIRECTORY',
  'C.O_NOFOLLOW',
  'C.O_SYNC',
  'C.O_NONBLOCK',
  'C.O_NOCTTY',
  'C.O_NOATIME',
  'C.O_DSYNC',
  '0o10000000',
  '0o20000000',
  '0o2000000',
  '0o100000',
  '0o40000000',
];

/** Any bits of open together, O_PATH, O_TMPFILE's half, O_CLOEXEC, O_LARGEFILE and one without a name among them. */
export const bits = (r: Prng): string => {
  const chosen = BITS.filter((bit) => r.chance(bit.startsWith('0o') ? 5 : 18));
  return [r.pick(['C.O_RDONLY', 'C.O_RDWR', 'C.O_WRONLY', '3']), ...chosen].join(' | ');
};
