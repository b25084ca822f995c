/**
 * Compat tests, disk: umasks, set-id bits, directory streams misused, many calls at once, events of watchers, odd
 * methods of FileHandle, aborts.
 */
import nodeFs from 'node:fs';
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback } from './common.js';
import { bits, edge } from './edges.js';

/** Operations that only look: their outcomes do not depend on each other. */
const looking = (r: Prng): string => {
  const path = v.plainPath(r);
  return r.pick([
    `fs.promises.stat(${path})`,
    `fs.promises.lstat(${path})`,
    `fs.promises.readFile(${path}, 'utf8')`,
    `fs.promises.readlink(${path})`,
    `fs.promises.access(${path})`,
    `fs.promises.realpath(${path})`,
    callback('fs.stat', [path]),
    callback('fs.readFile', [path]),
    callback('fs.access', [path, '0']),
  ]);
};

const dirSteps = [
  'read',
  'readSync',
  'close',
  'closeSync',
  'readCb',
  'closeCb',
  ...(Symbol.asyncDispose in nodeFs.Dir.prototype ? ['dispose'] : []),
  'iterate',
  'entries',
  'path',
  'readBad',
  'closeBad',
  'readTwice',
];

const changes = (r: Prng): string => {
  const name = r.pick(["'d/new'", "'d/a'", "'d/b'"]);
  return r.pick([
    `fs.writeFileSync(p(${name}), 'x', { flag: 'wx' })`,
    `fs.mkdirSync(p(${name}))`,
    `fs.unlinkSync(p(${name}))`,
    `fs.rmdirSync(p(${name}))`,
    `fs.renameSync(p(${name}), p('d/to'))`,
    `fs.renameSync(p(${name}), p('away'))`,
    `fs.symlinkSync('x', p(${name}))`,
    `fs.linkSync(p('a'), p(${name}))`,
    `fs.appendFileSync(p(${name}), 'more', { flag: 'r+' })`,
    `fs.chmodSync(p(${name}), 0o600)`,
    `fs.truncateSync(p(${name}), 1)`,
  ]);
};

export const wideSpecial = (r: Prng, sync: boolean): string => {
  const slot = `H[${r.below(2)}]`;
  const kinds = { umask: 3, measure: 5, chmodLink: 1, sticky: 2, open: 4, rmdir: 2 };
  const kind = sync
    ? r.weighted(kinds)
    : r.weighted({ ...kinds, together: 5, dir: 5, watch: 2, handle: 6, disposable: 1, abort: 4, blob: 1 });
  switch (kind) {
    case 'umask': {
      const mask = r.pick(['0', '0o77', '0o22', '0o777', '0o27']);
      const path = v.plainPath(r);
      return `umasked(${mask}, () => ${r.pick([
        `fs.writeFileSync(${path}, 'x')`,
        `fs.mkdirSync(${path}, ${v.mode(r)})`,
        `fs.mkdirSync(${path}, { recursive: true })`,
        `fs.closeSync(fs.openSync(${path}, 'a', ${v.mode(r)}))`,
        `(fs.writeFileSync(${path}, 'x'), fs.copyFileSync(${path}, p('m')))`,
        `fs.chmodSync(${path}, ${v.mode(r)})`,
        `fs.symlinkSync('a', ${path})`,
      ])})`;
    }
    case 'measure':
      return `measured(${v.plainPath(r)}, ${v.data(r)}, ${r.pick(['0', '1', '4095', '4096', '4097', '8192', '70_000'])})`;
    case 'chmodLink':
      return sync ? '[typeof fs.lchmod, typeof fs.lchmodSync]' : `fs.promises.lchmod(${v.path(r)}, ${v.mode(r)})`;
    case 'sticky':
      return r.pick([
        `fs.chmodSync(${v.plainPath(r)}, 0o2775)`,
        `fs.chmodSync(${v.plainPath(r)}, 0o6755)`,
        `fs.mkdirSync(${v.plainPath(r)}, 0o2755)`,
        `(fs.chownSync(${v.plainPath(r)}, 0, 7), fs.chmodSync(${v.plainPath(r)}, 0o2755))`,
        `fs.writeSync(S[0], 'after setuid')`,
        `fs.mkdirSync(${v.plainPath(r)}, { mode: '2750', recursive: true })`,
      ]);
    case 'open':
      return `put(${r.below(3)}, fs.openSync(${r.chance(70) ? v.path(r) : edge(r)}, ${bits(r)}${r.chance(40) ? `, ${v.mode(r)}` : ''}))`;
    case 'rmdir':
      return `fs.rmdirSync(${v.plainPath(r)}, { recursive: ${r.pick(['true', 'true', 'false', '1', 'undefined'])}${r.chance(30) ? ', maxRetries: 1' : ''} })`;
    case 'together':
      return `together([${Array.from({ length: 2 + r.below(4) }, () => `() => ${looking(r)}`).join(', ')}])`;
    case 'dir': {
      const steps = Array.from({ length: 2 + r.below(4) }, () => `'${r.pick(dirSteps)}'`);
      return `misuse(() => fs.opendirSync(${v.plainPath(r)}), [${steps.join(', ')}])`;
    }
    case 'watch':
      return `watched(p(${r.pick(["'d'", "'d'", "'d/a'", "'nowhere'"])}), () => ${changes(r)})`;
    case 'handle':
      return `${slot}.${r.pick([
        'read()',
        'read({})',
        `read({ length: 3, position: ${v.position(r)} })`,
        'read({ buffer: Buffer.alloc(4), offset: 1 })',
        'read(Buffer.alloc(4), { offset: 2 })',
        'read(Buffer.alloc(0))',
        'read(null)',
        `write(${v.text(r)}, ${v.position(r)}, ${v.encoding(r)})`,
        'write({})',
        'write()',
        `readv([Buffer.alloc(2), Buffer.alloc(3)], ${v.position(r)})`,
        'readv()',
        `writev([Buffer.from('ab'), Buffer.from('c')], ${v.position(r)})`,
        'stat({ bigint: true })',
        'stat(null)',
        'chmod()',
        'utimes()',
        `truncate(${v.length(r)})`,
        'close(1)',
        'getAsyncId === undefined',
        "emit('x')",
        `appendFile(lazy([${v.text(r)}]))`,
        `writeFile([${v.text(r)}, ${v.text(r)}], ${v.encoding(r)})`,
        `readFile({ encoding: ${v.encoding(r)}, signal: ${v.signal(r)} })`,
      ])}`;
    case 'disposable':
      return `fs.promises.mkdtempDisposable?.(${v.badPath(r)})`;
    case 'abort': {
      const path = v.plainPath(r);
      return `(() => { const c = new AbortController(); const made = ${r.pick([
        `fs.promises.readFile(${path}, { signal: c.signal })`,
        `promisify(fs.readFile)(${path}, { signal: c.signal })`,
        `collect(fs.createReadStream(${path}, { signal: c.signal }))`,
      ])}; c.abort(${r.pick(['', "new Error('why')", "'text'", 'null'])}); return made; })()`;
    }
    default:
      return `(async () => { const b = await fs.openAsBlob(${v.plainPath(r)}); return [b.size, await b.slice(${r.pick(['0', '1', '2'])}, ${r.pick(['3', '100'])}).text(), (await b.arrayBuffer()).byteLength]; })()`;
  }
};
