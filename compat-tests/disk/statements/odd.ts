/**
 * Compat tests, disk: any function with arguments that make no sense.
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback } from './common.js';

/** First arguments are paths. */
const PATH_FUNCTIONS = [
  'access',
  'appendFile',
  'chmod',
  'chown',
  'copyFile',
  'cp',
  'exists',
  'lchown',
  'link',
  'lstat',
  'lutimes',
  'mkdir',
  'mkdtemp',
  'open',
  'opendir',
  'readFile',
  'readdir',
  'readlink',
  'realpath',
  'rename',
  'rmdir',
  'stat',
  'statfs',
  'symlink',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
];
/** First arguments are descriptors: never one of the process's own. */
const FD_FUNCTIONS = [
  'appendFile',
  'fchmod',
  'fchown',
  'fdatasync',
  'fstat',
  'fsync',
  'ftruncate',
  'futimes',
  'read',
  'readFile',
  'readv',
  'write',
  'writeFile',
  'writev',
];

/** Any value at all: good in one place, nonsense in most. */
const anything: v.Choose = (r) =>
  r.pick([
    v.junk,
    v.junk,
    v.mode,
    v.time,
    v.flag,
    v.encoding,
    v.text,
    v.view,
    v.position,
    v.plainPath,
    v.bool,
    v.length,
  ])(r);

/** `'x'` as a whole option object is an encoding, a mode, a flag…; an object with all options wrong is as good. */
const anyOptions: v.Choose = (r) =>
  v.options(
    r,
    {
      encoding: anything,
      flag: anything,
      mode: anything,
      // None that makes a listing recursive: it may go on for ever.
      recursive: (q) => q.pick(['false', '0', 'null', 'undefined', "''", 'NaN']),
      withFileTypes: anything,
      bigint: anything,
      throwIfNoEntry: anything,
      signal: v.signal,
      flush: anything,
      bufferSize: (q) => q.pick(['0', '-1', '1.5', "'x'", 'null', '2 ** 32']),
      maxRetries: anything,
      retryDelay: anything,
      force: anything,
      buffer: anything,
    },
    12,
  );

const argument: v.Choose = (r) => (r.chance(35) ? anyOptions(r) : anything(r));

export const oddCall = (r: Prng, sync: boolean): string => {
  const isPath = r.chance(65);
  const name = r.pick(isPath ? PATH_FUNCTIONS : FD_FUNCTIONS);
  const first = isPath ? (r.chance(35) ? v.badPath(r) : v.path(r)) : r.chance(45) ? v.badFd(r) : `S[${r.below(2)}]`;
  const rest = Array.from({ length: r.below(4) }, () => argument(r));
  const args = [first, ...rest].slice(0, r.chance(4) ? 0 : 5);
  const list = args.join(', ');
  // In the place of the options, a function is the callback; a directory's callback is not waited for.
  if (name === 'mkdtemp') return `fs.mkdtempSync(${isNoPath(first) ? list : `${v.badPath(r)}, ${rest.join(', ')}`})`;
  if (name === 'open' && !isNoPath(first)) return `put(${r.below(2)}, fs.openSync(${list}))`;
  if (name === 'opendir') return `list(fs.opendirSync(${list}), 'sync')`;
  if (name === 'cp' && !isNoPath(first))
    return `fs.promises.cp(${[r.chance(50) ? "p('nowhere')" : v.badPath(r), ...rest].join(', ')})`;
  if (name === 'copyFile' && !isNoPath(first)) return `fs.copyFileSync(p('nowhere'), ${rest.join(', ')})`;
  const how = sync ? 'sync' : r.weighted({ sync: 40, callback: 20, bare: 10, promise: isPath ? 30 : 0 });
  if (how === 'sync') return `fs.${name}Sync(${list})`;
  if (how === 'promise') return name === 'exists' ? 'tree()' : `fs.promises.${name}(${list})`;
  // A callback that throws on a descriptor which is none of the program's would be an uncaught exception.
  if (name === 'readFile' && (!isPath || first === '-1')) return `fs.readFileSync(${list})`;
  if (list.includes('() => {}')) return `fs.${name}Sync(${list})`;
  if (how === 'bare') return `fs.${name}(${list})`;
  return callback(`fs.${name}`, list === '' ? [] : [list]).replace(/\)$/, ", 'allowed')");
};

const isNoPath = (text: string): boolean =>
  !/^(p|q|url|Buffer|new TextEncoder)\b/.test(text) || text.includes('\\0') || text === 'Buffer.alloc(0)';
