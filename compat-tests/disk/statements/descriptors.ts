/**
 * Compat tests, disk: operations on descriptors and FileHandles: opening, reading, writing, the rest, closing.
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback, type Forms, maybe, type Row, readOptions, spoil, writeOptions } from './common.js';

/** Descriptor operations: callback/sync name → FileHandle name and arguments after the descriptor. */
const fdRows: Record<string, { handle?: string; row: Row }> = {
  fchmod: { handle: 'chmod', row: (r) => [v.mode(r)] },
  fchown: { handle: 'chown', row: (r) => [v.owner(r), v.owner(r)] },
  fdatasync: { handle: 'datasync', row: () => [] },
  fstat: { handle: 'stat', row: (r) => v.optional(r, [], (q) => v.options(q, { bigint: v.bool }), 40) },
  fsync: { handle: 'sync', row: () => [] },
  ftruncate: { handle: 'truncate', row: (r) => v.optional(r, [], v.length, 85) },
  futimes: { handle: 'utimes', row: (r) => [v.time(r), v.time(r)] },
  readFile: { handle: 'readFile', row: (r) => v.optional(r, [], readOptions, 50) },
  writeFile: { handle: 'writeFile', row: (r) => v.optional(r, [v.data(r)], writeOptions, 30) },
  appendFile: { handle: 'appendFile', row: (r) => v.optional(r, [v.data(r)], writeOptions, 30) },
  writev: {
    handle: 'writev',
    row: (r) => v.optional(r, [r.chance(6) ? v.junk(r) : `[${v.view(r)}, ${v.view(r)}]`], v.position, 60),
  },
  write: {
    handle: 'write',
    row: (r) => {
      if (r.chance(40)) return r.chance(40) ? [v.text(r)] : v.optional(r, [v.text(r), v.position(r)], v.encoding, 40);
      if (r.chance(30)) return [v.view(r), v.options(r, { offset: v.length, length: v.length, position: v.position })];
      const sized = [
        v.view(r),
        r.pick(['0', '1', '2', 'undefined', 'null', '-1', '9']),
        r.pick(['0', '1', '2', '3', 'undefined', 'null', '-1', '99']),
      ];
      return r.chance(30) ? [v.data(r)] : v.optional(r, sized, v.position, 60);
    },
  },
};

const fdWeights: Record<string, number> = {
  fchmod: 1,
  fchown: 1,
  fdatasync: 1,
  fstat: 3,
  fsync: 1,
  ftruncate: 4,
  futimes: 2,
  readFile: 4,
  writeFile: 3,
  appendFile: 3,
  writev: 4,
  write: 12,
};

export const onDescriptor = (r: Prng, forms: Forms): string => {
  const name = r.weighted(fdWeights);
  const { handle, row } = fdRows[name];
  const args = spoil(r, row(r), 0);
  const slot = r.below(2);
  const how = forms === 'sync' ? 'sync' : r.weighted({ sync: 40, callback: 25, handle: 35 });
  if (how === 'handle' && handle) return `H[${slot}].${handle}(${args.join(', ')})`;
  if (how === 'callback') {
    const file = v.fd(r);
    // Node's reader throws where nothing catches it when the descriptor is -1.
    return callback(`fs.${name}`, [name === 'readFile' && /^(-1|H)/.test(file) ? 'S[0]' : file, ...args]);
  }
  return `fs.${name}Sync(${[v.fd(r), ...args].join(', ')})`;
};

const readLengths: v.Choose = (r) => r.pick(['0', '1', '3', '5', '8', '100', 'undefined', 'null', '-1', '9999']);

export const onRead = (r: Prng, forms: Forms): string => {
  const size = r.pick(['0', '4', '8', '16', '6000']);
  const target = forms === 'sync' ? v.fd(r) : r.pick([v.fd(r), v.fd(r), `H[${r.below(2)}]`]);
  const onHandle = target.startsWith('H[') && !target.endsWith('fd');
  // A length that is no whole number aborts Node 20 in FileHandle's read.
  const named = v
    .options(r, { offset: readLengths, length: onHandle ? readLengths : v.length, position: v.position })
    .replace(/^(?!\{).*/s, '{}');
  const plain = [
    r.pick(['0', '0', '1', '-1', 'undefined', 'null', '99']),
    r.pick(['1', '3', '4', '8', '0', '-1', 'undefined', '9999']),
    v.position(r),
  ];
  const args = r.chance(25) ? ['b', named] : r.chance(20) ? ['b'] : ['b', ...plain];
  const vector = r.chance(25);
  const list = vector ? v.optional(r, ['[b.subarray(0, 2), b.subarray(2)]'], v.position, 60) : args;
  const name = vector ? 'readv' : 'read';
  if (onHandle) return `into(${size}, b => ${target}.${name}(${list.join(', ')}))`;
  if (forms === 'all' && r.chance(35)) return `into(${size}, b => ${callback(`fs.${name}`, [target, ...list])})`;
  return `into(${size}, b => fs.${name}Sync(${[target, ...list].join(', ')}))`;
};

export const open = (r: Prng, forms: Forms): string => {
  const args = spoil(r, v.optional(r, [maybe(r), v.flag(r)], v.mode, 25));
  const slot = r.pick([0, 0, 1, 1, 2]);
  if (forms === 'all' && r.chance(40)) return `hput(${r.below(2)}, fs.promises.open(${args.join(', ')}))`;
  if (forms === 'all' && r.chance(30)) return `put(${slot}, ${callback('fs.open', args)})`;
  return `put(${slot}, fs.openSync(${args.join(', ')}))`;
};

export const close = (r: Prng, forms: Forms): string => {
  const slot = r.below(3);
  if (forms === 'all' && r.chance(35))
    return r.chance(80) ? `H[${r.below(2)}].close()` : `H[${r.below(2)}][Symbol.asyncDispose]()`;
  if (forms === 'all' && r.chance(30)) return callback('fs.close', [r.chance(10) ? v.badFd(r) : `take(${slot})`]);
  return `fs.closeSync(${r.chance(10) ? v.badFd(r) : `take(${slot})`})`;
};
