/**
 * Compat tests, disk: one random statement about streams: those of fs and of
 * FileHandle, pipelines, lines and web streams. Only what a disk answers the same way each time.
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';

const major = Number(process.versions.node.split('.')[0]);

const maybe = (r: Prng): string => (r.chance(2) ? v.badPath(r) : v.path(r));

const offset: v.Choose = (r) =>
  r.pick(['0', '1', '2', '5', '100', '0', '3', '-1', '1.5', "'x'", 'undefined', 'Infinity', '2 ** 53', '1n']);
/** Without 'buffer', which makes the constructor throw when the file is half open already. */
const streamEncoding: v.Choose = (r) =>
  r.pick(["'utf8'", "'latin1'", "'hex'", "'base64'", "'nope'", 'null', 'undefined']);
const own: Record<string, v.Choose> = {
  flags: v.flag,
  encoding: streamEncoding,
  mode: v.mode,
  autoClose: v.bool,
  emitClose: v.bool,
  start: offset,
  highWaterMark: (r) => r.pick(['16', '1000', '65536', '0', '64', "'x'", '-1', '1.5']),
  // An aborted one races with the opening of the file, on a disk too.
  signal: (r) => r.pick(['new AbortController().signal', 'undefined', "'x'"]),
  fs: (r) => r.pick(['undefined', 'null', '{}', '1', 'fs', '{ open: fs.open }']),
};

/** A FileHandle cannot be closed any more, in Node, once a stream of its own failed to be made. */
const sound = (options: string): string =>
  /(start|end|highWaterMark): (-1|1\.5|'x'|Infinity|2 \*\* 53|1n)|'nope'|signal|junk|fs:/.test(options) ||
  !options.startsWith('{')
    ? '{}'
    : options;

const options = (r: Prng, more: Record<string, v.Choose>): string =>
  r.chance(10) ? streamEncoding(r) : v.options(r, { ...own, ...more }, 13);

const withFd = (text: string, fd: string): string =>
  text.startsWith('{ ') ? text.replace('{ ', `{ fd: ${fd}, `) : `{ fd: ${fd} }`;

/** Numbers a reader or writer of fs.* takes for a descriptor: one of the program's, now and then none at all. */
const descriptor = (r: Prng): string =>
  r.chance(12) ? v.badFd(r).replace('null', '-1').replace('undefined', '-1') : `take(${r.below(3)})`;

const reader = (r: Prng): string => {
  const how = options(r, { end: offset });
  const kind = r.below(100);
  if (kind < 15) return `fs.createReadStream(null, ${withFd(how, descriptor(r))})`;
  if (kind < 25) return `H[${r.below(2)}].createReadStream(${sound(how)})`;
  if (kind < 30) return `fs.createReadStream(null, ${withFd(sound(how), `H[${r.below(2)}]`)})`;
  const make = r.pick([
    'fs.createReadStream',
    'fs.createReadStream',
    'fs.createReadStream',
    'new fs.ReadStream',
    'fs.ReadStream',
  ]);
  return `${make}(${v.optional(r, [maybe(r)], () => how, 70).join(', ')})`;
};

const writer = (r: Prng): string => {
  const how = options(r, { flush: v.bool });
  const kind = r.below(100);
  if (kind < 15) return `fs.createWriteStream(null, ${withFd(how, descriptor(r))})`;
  if (kind < 25) return `H[${r.below(2)}].createWriteStream(${sound(how)})`;
  if (kind < 30) return `fs.createWriteStream(null, ${withFd(sound(how), `H[${r.below(2)}]`)})`;
  const make = r.pick([
    'fs.createWriteStream',
    'fs.createWriteStream',
    'fs.createWriteStream',
    'new fs.WriteStream',
    'fs.WriteStream',
  ]);
  return `${make}(${v.optional(r, [maybe(r)], () => how, 70).join(', ')})`;
};

/** Options of a pipe's ends: none that leaves one of them open, or half made. */
const plain = (r: Prng): string =>
  v
    .options(
      r,
      {
        start: (q) => q.pick(['0', '1', '4']),
        highWaterMark: (q) => q.pick(['64', '1000', '70000']),
        flags: (q) => q.pick(["'r+'", "'a+'"]),
      },
      20,
    )
    .replace(/^(?!\{).*/s, '{}');

const pipe = (r: Prng): string => {
  const from = r.chance(70)
    ? `fs.createReadStream(${v.plainPath(r)}, ${plain(r)})`
    : `H[${r.below(2)}].createReadStream(${plain(r).replace(/flags: '..', |, flags: '..'|flags: '..'/, '')})`;
  const to = `fs.createWriteStream(${v.plainPath(r)}, ${plain(r).replace(/'r\+'/, "'w'")})`;
  return `piped(() => ${from}, () => ${to})`;
};

const lines = (r: Prng): string => {
  const how = v.options(
    r,
    {
      encoding: (q) => q.pick(["'utf8'", "'latin1'"]),
      start: (q) => q.pick(['0', '2']),
      highWaterMark: (q) => q.pick(['16', '64']),
    },
    25,
  );
  return `collect(H[${r.below(2)}].readLines(${sound(how)}))`;
};

const web = (r: Prng): string => {
  // Before Node 24 the type decides what comes; since then bytes always do.
  const how = r.pick(['', "{ type: 'bytes' }", major < 24 ? '' : '{ autoClose: true }']);
  return `web(${v.plainPath(r)}, ${how || 'undefined'})`;
};

export const onStream = (r: Prng): string => {
  const kind = r.weighted({ drain: 40, feed: 40, pipe: 10, lines: 4, web: 3, iterate: 5 });
  switch (kind) {
    case 'drain':
      return `drain(${reader(r)})`;
    case 'feed': {
      const chunks = `[${Array.from({ length: r.below(4) }, () => v.data(r)).join(', ')}]`;
      return `feed(${writer(r)}, ${chunks})`;
    }
    case 'pipe':
      return pipe(r);
    case 'lines':
      return lines(r);
    case 'web':
      return web(r);
    default:
      return `collect(fs.createReadStream(${v.plainPath(r)}, ${plain(r)}))`;
  }
};
