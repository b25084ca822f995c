/**
 * Compat tests, disk: paths, contents and places to read into whose bytes lie in odd memory (values/views.ts).
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback, type Forms } from './common.js';

const oddPath: v.Choose = (r) => v.pathInMemory(r, v.plainPath(r));

const onPath = (r: Prng, forms: Forms): string => {
  const path = oddPath(r);
  const other = r.chance(50) ? v.plainPath(r) : oddPath(r);
  const [name, args] = r.pick([
    ['stat', path],
    ['readFile', `${path}, 'utf8'`],
    ['writeFile', `${path}, ${v.inMemory(r, "'contents'")}`],
    ['appendFile', `${path}, ${v.inMemory(r, "'more'")}`],
    ['writeFile', `${v.plainPath(r)}, ${v.inMemory(r, "'contents'")}, ${v.encoding(r)}`],
    ['mkdir', path],
    ['mkdir', `${path}, { recursive: true }`],
    ['rename', `${path}, ${other}`],
    ['link', `${other}, ${path}`],
    ['symlink', `${v.pathInMemory(r, v.linkTarget(r))}, ${path}`],
    ['readlink', `${path}, ${v.encoding(r)}`],
    ['readdir', `${path}, { withFileTypes: ${v.bool(r)} }`],
    ['readdir', path],
    ['realpath', path],
    ['unlink', path],
    ['access', path],
    ['chmod', `${path}, ${v.mode(r)}`],
    ['exists', path],
    ['statfs', path],
    ['truncate', `${path}, ${v.length(r)}`],
  ]);
  const how = forms === 'sync' ? 'sync' : r.weighted({ sync: 50, callback: 20, promise: 30 });
  if (how === 'promise' && name !== 'exists') return `fs.promises.${name}(${args})`;
  if (how === 'callback') return callback(`fs.${name}`, [args]).replace(/\)$/, ", 'allowed')");
  return `fs.${name}Sync(${args})`;
};

/** Where a read puts its bytes: the memory is shown afterwards. */
const TARGETS = ['part', 'shared', 'resizable', 'tracking', 'growable', 'dataview', 'wide', 'detached', 'shrunk'];

const onDescriptor = (r: Prng, forms: Forms): string => {
  const handle = forms === 'all' && r.chance(30);
  const file = handle ? `H[${r.below(2)}].` : 'fs.';
  const sync = handle ? '' : 'Sync';
  const fd = handle ? '' : `S[${r.below(2)}], `;
  const position = v.position(r);
  switch (r.below(5)) {
    case 0:
      return `${file}writev${sync}(${fd}${v.vector(r)}, ${position})`;
    case 1:
      return `${file}write${sync}(${fd}${v.inMemory(r, "'written'")}, ${r.pick(['0', '1', '7', '8'])}, ${r.pick(['undefined', '0', '3', '9'])}, ${position})`;
    case 2:
      return `${file}writeFile${sync}(${fd}${v.inMemory(r, "'whole'")})`;
    case 3: {
      const kinds = Array.from({ length: 1 + r.below(3) }, () => `memory('${r.pick(TARGETS)}', '....')`);
      return `((to) => seen(${file}readv${sync}(${fd}to, ${position}), to))([${kinds.join(', ')}])`;
    }
    default: {
      const how = r.chance(40)
        ? `{ position: ${position} }`
        : `${r.pick(['0', '1', '4', '5'])}, ${r.pick(['1', '4', '0', '5'])}, ${position}`;
      return `((to) => seen(${file}read${sync}(${fd}to, ${how}), to))(memory('${r.pick(TARGETS)}', '....'))`;
    }
  }
};

export const onMemory = (r: Prng, forms: Forms): string => (r.chance(55) ? onPath(r, forms) : onDescriptor(r, forms));
