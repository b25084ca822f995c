/**
 * Compat tests, disk: reads, writes and their vectors with any buffers, lengths and positions.
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback } from './common.js';

/** A vector's buffers: any view on the memory that is shown afterwards. */
const views = (r: Prng): string =>
  r.pick([
    '[b]',
    '[b.subarray(0, 1), b.subarray(1)]',
    '[new Uint8Array(b.buffer, 0, 2), new DataView(b.buffer, 2, 2)]',
    '[new Uint16Array(b.buffer, 0, 2)]',
    '[]',
    '[b.subarray(0, 0)]',
    '[new BigUint64Array(b.buffer, 0, 1)]',
    '[b, 1]',
    'b',
    '[b.subarray(0, 2), b.subarray(2, 2), b.subarray(2)]',
  ]);

const oddPosition: v.Choose = (r) =>
  r.pick([
    '2 ** 53',
    '2 ** 53 - 1',
    '-(2 ** 53)',
    '2n ** 62n',
    '2n ** 63n - 1n',
    '2n ** 63n',
    '-(2n ** 63n)',
    '-(2n ** 63n) - 1n',
    'Infinity',
    '-Infinity',
    'NaN',
    '-0',
    '0.5',
    "'0'",
    '[]',
    'Symbol()',
    '9007199254740993n',
    'new Number(1)',
    'true',
    '1',
    '4n',
    'null',
  ]);

export const onVector = (r: Prng, sync: boolean): string => {
  const size = r.pick(['8', '16']);
  const file = sync || r.chance(70) ? `S[${r.below(2)}]` : `H[${r.below(2)}]`;
  const isHandle = file.startsWith('H');
  const position = r.chance(60) ? v.position(r) : oddPosition(r);
  const name = r.pick(['read', 'readv', 'write', 'writev']);
  const args = name.endsWith('v')
    ? r.chance(75)
      ? [views(r), position]
      : [views(r)]
    : r.chance(30)
      ? [
          r.pick(['b', 'new DataView(b.buffer)', 'new Uint16Array(b.buffer)']),
          `{ position: ${position}${r.chance(50) ? `, length: ${r.pick(['2', '0', 'b.length', 'b.length + 1', '-1'])}` : ''}${r.chance(50) ? `, offset: ${r.pick(['0', '1', 'b.length', 'b.length + 1', '-1'])}` : ''} }`,
        ]
      : [
          'b',
          r.pick(['0', '1', 'b.length', 'b.length + 1', '-1', 'null', 'undefined']),
          r.pick(['1', '2', '0', 'b.length', 'undefined', 'null', '-1', '2 ** 31', '1.5'].slice(0, isHandle ? 7 : 9)),
          position,
        ];
  if (isHandle) return `into(${size}, b => ${file}.${name}(${args.join(', ')}))`;
  if (!sync && r.chance(25)) return `into(${size}, b => promisify(fs.${name})(${[file, ...args].join(', ')}))`;
  if (!sync && r.chance(25)) return `into(${size}, b => ${callback(`fs.${name}`, [file, ...args])})`;
  return `into(${size}, b => fs.${name}Sync(${[file, ...args].join(', ')}))`;
};
