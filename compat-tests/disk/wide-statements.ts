/**
 * Compat tests, disk: statements at the edges: any function with arguments that make no sense, long paths and
 * chains of links, names that are no text, directory streams misused, many calls at once, events of watchers.
 */
import nodeFs from 'node:fs';
import type { Prng } from './prng.js';
import * as v from './values.js';

const callback = (call: string, args: string[]): string => `cb(k => ${call}(${[...args, 'k'].join(', ')}))`;

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

const oddCall = (r: Prng, sync: boolean): string => {
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

/** Paths at the limits: total length, links in a row, bytes that are no text, every spelling of a URL. */
const edge: v.Choose = (r) => {
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

const onEdge = (r: Prng, sync: boolean): string => {
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

const onVector = (r: Prng, sync: boolean): string => {
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

const special = (r: Prng, sync: boolean): string => {
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
const bits = (r: Prng): string => {
  const chosen = BITS.filter((bit) => r.chance(bit.startsWith('0o') ? 5 : 18));
  return [r.pick(['C.O_RDONLY', 'C.O_RDWR', 'C.O_WRONLY', '3']), ...chosen].join(' | ');
};

export const wideStatement = (r: Prng, sync: boolean): string => {
  switch (r.weighted({ odd: 30, edge: 25, vector: 20, special: 30 })) {
    case 'odd':
      return oddCall(r, sync);
    case 'edge':
      return onEdge(r, sync);
    case 'vector':
      return onVector(r, sync);
    default:
      return special(r, sync);
  }
};
