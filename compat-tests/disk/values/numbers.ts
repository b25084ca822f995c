/**
 * Compat tests, disk: random descriptors, flags, modes, positions, lengths, times and owners, as source text. No
 * descriptor below 3 is ever produced, and no size that a disk would take and a copy then write.
 */
import { type Choose, quoted } from './choose.js';

const BAD_FDS = [
  '-1',
  '987654',
  '1.5',
  'NaN',
  "'3'",
  'null',
  'undefined',
  '{}',
  '2 ** 31',
  '2 ** 32',
  'true',
  '5n',
  'Infinity',
];
export const badFd: Choose = (r) => r.pick(BAD_FDS);

export const fd: Choose = (r) => {
  const kind = r.below(50);
  if (kind === 0) return badFd(r);
  if (kind < 3) return `H[${r.below(2)}]?.fd`;
  return `S[${r.pick([0, 0, 0, 1, 1, 2])}]`;
};

const FLAGS = [
  'r',
  'r',
  'r+',
  'r+',
  'w',
  'w+',
  'w+',
  'a',
  'a+',
  'a+',
  'wx',
  'wx+',
  'ax',
  'ax+',
  'rs',
  'rs+',
  'sr',
  'as',
  'as+',
  'xw',
  'sa+',
];
const NUMERIC_FLAGS = [
  'C.O_RDONLY',
  'C.O_RDWR',
  'C.O_WRONLY',
  'C.O_RDWR | C.O_CREAT',
  'C.O_WRONLY | C.O_CREAT | C.O_EXCL',
  'C.O_RDONLY | C.O_CREAT',
  'C.O_WRONLY | C.O_APPEND',
  'C.O_RDWR | C.O_APPEND | C.O_CREAT',
  'C.O_RDWR | C.O_TRUNC',
  'C.O_RDONLY | C.O_TRUNC',
  'C.O_RDONLY | C.O_DIRECTORY',
  'C.O_RDONLY | C.O_NOFOLLOW',
  'C.O_RDWR | C.O_CREAT | C.O_NOFOLLOW',
  'C.O_RDWR | C.O_DIRECTORY',
  'C.O_WRONLY | C.O_CREAT | C.O_TRUNC',
  'C.O_RDONLY | C.O_NOATIME',
  'C.O_RDWR | C.O_SYNC',
  'C.O_RDWR | C.O_DSYNC | C.O_CREAT',
  'C.O_RDONLY | C.O_NONBLOCK',
  'C.O_RDONLY | C.O_CREAT | C.O_EXCL',
  'C.O_RDWR | C.O_CREAT | C.O_EXCL | C.O_NOFOLLOW',
  'C.O_RDONLY | C.O_DIRECTORY | C.O_NOFOLLOW',
  'C.O_CREAT | C.O_DIRECTORY',
  'C.O_RDWR | C.O_CREAT | C.O_TRUNC | C.O_EXCL',
];
const BAD_FLAGS = ["'z'", "''", "'rw'", '1.5', '{}', 'true', "'R'", '2 ** 31', "'wxx'", '3n', 'null', 'undefined'];
export const flag: Choose = (r) => {
  if (r.chance(4)) return r.pick(BAD_FLAGS);
  return r.chance(70) ? quoted(r.pick(FLAGS)) : r.pick(NUMERIC_FLAGS);
};

const MODES = [
  '0o644',
  '0o600',
  '0o755',
  '0o777',
  '0o700',
  '0',
  "'644'",
  "'0777'",
  '0o4755',
  '0o1777',
  '0o7777',
  "'0o600'",
  'undefined',
  '0o20',
];
const BAD_MODES = ["'8'", "'abc'", '-1', '1.5', '2 ** 32', 'null', 'NaN', '{}', "''", 'true', '0o200000'];
export const mode: Choose = (r) => (r.chance(6) ? r.pick(BAD_MODES) : r.pick(MODES));

const POSITIONS = [
  '0',
  '0',
  '1',
  '3',
  '5',
  '20',
  'null',
  'null',
  'null',
  'undefined',
  '-1',
  '0n',
  '3n',
  '-1n',
  '100',
  '5000',
];
const BAD_POSITIONS = [
  "'x'",
  '1.5',
  'NaN',
  '2n ** 63n',
  '{}',
  'true',
  '-2',
  '-2n',
  "''",
  '-(2n ** 63n)',
  '2n ** 63n - 1n',
];
export const position: Choose = (r) => (r.chance(6) ? r.pick(BAD_POSITIONS) : r.pick(POSITIONS));

const LENGTHS = ['0', '1', '2', '3', '5', '8', '100', '5000', 'undefined', '0', '4096', '4097'];
/** None is a large size that a disk would take: copying it would write gigabytes. */
const BAD_LENGTHS = ['-1', '1.5', "'x'", 'null', 'NaN', '{}', '-(2 ** 40)', '2 ** 60', '5n', 'true'];
export const length: Choose = (r) => (r.chance(8) ? r.pick(BAD_LENGTHS) : r.pick(LENGTHS));

const TIMES = [
  '0',
  '1',
  '1.5',
  '1_000_000_000',
  "'1000000000'",
  'new Date(86_400_000)',
  '1_234_567_890.123',
  '-1',
  '-1.5',
  '0.001',
  '1_500_000_000.999',
  "new Date('2001-02-03T04:05:06.789Z')",
  "'12.5'",
  '946_684_800',
  '315_532_800.25',
];
const BAD_TIMES = [
  "'x'",
  'NaN',
  'null',
  'undefined',
  '{}',
  'true',
  'Infinity',
  '-Infinity',
  '5n',
  'new Date(NaN)',
  "''",
];
export const time: Choose = (r) => (r.chance(6) ? r.pick(BAD_TIMES) : r.pick(TIMES));

const OWNERS = ['0', '1000', '65534', '-1', '1', '2 ** 32 - 1'];
const BAD_OWNERS = ['-2', '1.5', "'1'", 'null', 'undefined', '2 ** 32', 'NaN', '{}'];
export const owner: Choose = (r) => (r.chance(8) ? r.pick(BAD_OWNERS) : r.pick(OWNERS));
