/**
 * Compat tests, disk: one random statement of a program. Operations on paths
 * have one row of arguments each and are written in three forms (sync, callback,
 * promise) from it; operations on descriptors likewise, with FileHandle.
 */
import nodeFs from 'node:fs';
import type { Prng } from './prng.js';
import { onStream } from './stream-statements.js';
import * as v from './values.js';
import { wideStatement } from './wide-statements.js';

type Row = (r: Prng) => string[];

const maybe = (r: Prng, path: v.Choose = v.path): string => (r.chance(2) ? v.badPath(r) : path(r));

const statOptions = (r: Prng): string => v.options(r, { bigint: v.bool, throwIfNoEntry: v.bool });
const readOptions = (r: Prng): string =>
  r.chance(35) ? v.encoding(r) : v.options(r, { encoding: v.encoding, flag: v.flag, signal: v.signal }, 25);
const writeOptions = (r: Prng): string =>
  r.chance(25)
    ? v.encoding(r)
    : v.options(r, { encoding: v.encoding, mode: v.mode, flag: v.flag, flush: v.bool, signal: v.signal }, 25);
/** Up to Node 24 a name that is no text in its encoding leads a recursive listing back to the same directory, for ever. */
const NO_TEXT = /utf16le|ucs2/;
const endingTree = (options: string): string =>
  NO_TEXT.test(options) ? options.replace(/recursive: \S+/, 'recursive: false') : options;
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
const pathRows: Record<string, Row> = {
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

const pathWeights: Record<string, number> = {
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

export type Forms = 'sync' | 'all';

/** Breaks one argument now and then, or the number of them: validation is part of the surface. */
const spoil = (r: Prng, args: string[], from = 0): string[] => {
  if (!r.chance(2) || args.length <= from) return args;
  const at = from + r.below(args.length - from);
  if (r.chance(30)) return args.slice(0, at);
  return args.map((arg, i) => (i !== at ? arg : i === 0 ? v.badPath(r) : v.junk(r)));
};

const form = (r: Prng, forms: Forms): 'sync' | 'callback' | 'promise' => {
  if (forms === 'sync') return 'sync';
  return r.weighted({ sync: 40, callback: 25, promise: 35 });
};

const callback = (call: string, args: string[]): string => `cb(k => ${call}(${[...args, 'k'].join(', ')}))`;

/** What is copied, to where, and how, whatever arguments there are. */
const copied = (args: string[]): string => [0, 1, 2].map((at) => args[at] ?? 'undefined').join(', ');

/** cpSync, unless it would end the oracle's process. */
const copySync = (args: string[]): string => {
  const call = `copyingTree(${copied(args)}, () => fs.cpSync(${args.join(', ')}))`;
  return args.length < 2 || Number(process.versions.node.split('.')[0]) < 22
    ? call
    : `abortsCp(${copied(args)}) ? 'skipped' : ${call}`;
};

/** Recursive opendir of Node 20 gives the first batch of a directory only (docs/differences.md). */
const losesBatches = Number(process.versions.node.split('.')[0]) < 22;

/** Where Node itself loses the answer, or the entries, there is nothing to compare. */
const callable = (name: string, args: string[]): string[] => {
  // Its reader throws where nothing catches it.
  if (name === 'readFile' && args[0] === '-1') return ['987654', ...args.slice(1)];
  if (name !== 'opendir') return args;
  // A function in the place of the options is the callback of the promise's own opendir.
  return args.map((arg) =>
    arg === '() => {}' ? '{}' : losesBatches ? arg.replace(/bufferSize: \d+, (?=recursive)/, '') : arg,
  );
};

const pathCall = (r: Prng, forms: Forms, name: string, args: string[]): string => {
  const call = plainCall(r, forms, name, callable(name, args));
  if (/^(readdir|opendir)$/.test(name) && /recursive: (?!false|undefined|null|0)/.test(call))
    return `loops() ? 'skipped' : ${call}`;
  if (name === 'copyFile') return `copying(${args[1]}, () => ${call})`;
  return name === 'cp' && !call.includes('cpSync') ? `copyingTree(${copied(args)}, () => ${call})` : call;
};

const plainCall = (r: Prng, forms: Forms, name: string, args: string[]): string => {
  const list = args.join(', ');
  switch (form(r, forms)) {
    case 'sync':
      return name === 'cp' ? copySync(args) : `fs.${name}Sync(${list})`;
    case 'callback':
      // On Node 22 and 24 a recursive listing whose names or path are no text is an uncaught exception, at some later time.
      if (name === 'readdir' && /recursive: true/.test(list) && /buffer|encode/i.test(list))
        return `fs.readdirSync(${list})`;
      // rm looks for its callback only when it is done: without one it is an uncaught exception, at some later time.
      return r.chance(1) && name !== 'rm' ? `fs.${name}(${list})` : callback(`fs.${name}`, args);
    default:
      return `fs.promises.${name}(${list})`;
  }
};

const onPath = (r: Prng, forms: Forms): string => {
  const name = r.weighted(pathWeights);
  return pathCall(r, forms, name, spoil(r, pathRows[name](r)));
};

const onDescriptor = (r: Prng, forms: Forms): string => {
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

const onRead = (r: Prng, forms: Forms): string => {
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

const open = (r: Prng, forms: Forms): string => {
  const args = spoil(r, v.optional(r, [maybe(r), v.flag(r)], v.mode, 25));
  const slot = r.pick([0, 0, 1, 1, 2]);
  if (forms === 'all' && r.chance(40)) return `hput(${r.below(2)}, fs.promises.open(${args.join(', ')}))`;
  if (forms === 'all' && r.chance(30)) return `put(${slot}, ${callback('fs.open', args)})`;
  return `put(${slot}, fs.openSync(${args.join(', ')}))`;
};

const close = (r: Prng, forms: Forms): string => {
  const slot = r.below(3);
  if (forms === 'all' && r.chance(35))
    return r.chance(80) ? `H[${r.below(2)}].close()` : `H[${r.below(2)}][Symbol.asyncDispose]()`;
  if (forms === 'all' && r.chance(30)) return callback('fs.close', [r.chance(10) ? v.badFd(r) : `take(${slot})`]);
  return `fs.closeSync(${r.chance(10) ? v.badFd(r) : `take(${slot})`})`;
};

const special = (r: Prng, forms: Forms): string => {
  const prefix = `p(${r.pick(["'t-'", "'d/t'", "'a/'", "'missing/t'", "'l/x'"])})`;
  const prefixArgs = v.optional(r, [prefix], v.encodingOption, 20);
  const kind = r.weighted({
    exists: 3,
    mkdtemp: 2,
    realpathNative: 2,
    opendir: 3,
    glob: 3,
    tree: 1,
    blob: 1,
    iterable: 2,
    handleFile: 2,
    disposable: 1,
  });
  switch (kind) {
    case 'exists':
      return forms === 'all' && r.chance(40)
        ? callback('fs.exists', [maybe(r)]).replace(/\)$/, ", 'allowed')")
        : `fs.existsSync(${maybe(r)})`;
    case 'mkdtemp':
      return `temp(() => ${pathCall(r, forms, 'mkdtemp', prefixArgs)}, ${prefix}, p(${v.name(r)}))`;
    case 'disposable':
      if (!('mkdtempDisposableSync' in nodeFs)) return 'tree()';
      return `(d => [typeof d.path, Object.keys(d), d.remove()])(fs.mkdtempDisposableSync(${prefix}))`;
    case 'realpathNative': {
      const args = v.optional(r, [maybe(r)], v.encodingOption, 30);
      return forms === 'all' && r.chance(40)
        ? callback('fs.realpath.native', args)
        : `fs.realpathSync.native(${args.join(', ')})`;
    }
    case 'opendir': {
      const opening = pathCall(
        r,
        forms,
        'opendir',
        v.optional(
          r,
          [maybe(r)],
          (q) =>
            endingTree(
              v.options(q, { encoding: v.encoding, bufferSize: (s) => s.pick(['1', '2', '32']), recursive: v.bool }),
            ),
          40,
        ),
      );
      return `list((${opening}), '${forms === 'sync' ? 'sync' : r.pick(['sync', 'for', 'read', 'callback'])}')`;
    }
    case 'glob': {
      if (!('globSync' in nodeFs)) return 'tree()';
      const pattern = r.pick([
        "'**'",
        "'**/*'",
        "'*'",
        "'a/*'",
        "'{a,b}*'",
        "'[a-d]'",
        "'*/**'",
        "['a', 'd/**']",
        "'**/e'",
        "'d/../*'",
        "'?'",
        "'./*'",
        "p('*')",
        "'*/'",
        "'!(a)'",
        "'.*'",
        "'**/a/**'",
      ]);
      const glob = v
        .options(r, {
          withFileTypes: v.bool,
          exclude: (q) => q.pick(["['b']", "['**/a']", '() => false', "(x) => (x.name ?? x) === 'b'"]),
        })
        .replace(/^\{ ?/, "{ cwd: p(''), ");
      const args = [pattern, glob.startsWith('{') ? glob.replace(', }', ' }') : "{ cwd: p('') }"];
      if (forms === 'sync' || r.chance(40)) return `sorted(fs.globSync(${args.join(', ')}))`;
      return r.chance(50)
        ? `sorted(${callback('fs.glob', args)})`
        : `sorted(collect(fs.promises.glob(${args.join(', ')})))`;
    }
    case 'blob':
      return forms === 'all'
        ? `text(fs.openAsBlob(${maybe(r)}, ${v.options(r, { type: (q) => q.pick(["'text/plain'", '1']) })}))`
        : 'tree()';
    case 'iterable': {
      if (forms === 'sync') return 'tree()';
      const source = r.pick([
        `lazy([${v.text(r)}, ${v.view(r)}])`,
        `[${v.text(r)}, ${v.text(r)}]`,
        `lazy([${v.text(r)}])`,
        'lazy([1])',
        'new Set(["s", "t"])',
      ]);
      const target = r.chance(30) ? `H[${r.below(2)}]` : maybe(r);
      return `fs.promises.${r.chance(80) ? 'writeFile' : 'appendFile'}(${v.optional(r, [target, source], writeOptions, 30).join(', ')})`;
    }
    case 'handleFile': {
      if (forms === 'sync') return 'tree()';
      const handle = `H[${r.below(2)}]`;
      if (r.chance(40)) return `fs.promises.readFile(${v.optional(r, [handle], readOptions, 40).join(', ')})`;
      if (r.chance(20)) return `collect(${handle}.readLines())`;
      return `fs.promises.${r.pick(['writeFile', 'appendFile'])}(${v.optional(r, [handle, v.data(r)], writeOptions, 30).join(', ')})`;
    }
    default:
      return 'tree()';
  }
};

/** The first statements of a program: something to work on. */
export const setUp = (r: Prng): string[] => {
  const lines: string[] = [];
  for (let i = 0; i < 8; i++) {
    const target = v.plainPath(r);
    switch (r.below(6)) {
      case 0:
      case 1:
        lines.push(`fs.mkdirSync(${target}, { recursive: true })`);
        break;
      case 2:
      case 3:
        lines.push(`fs.writeFileSync(${target}, ${v.text(r)})`);
        break;
      case 4:
        lines.push(`fs.symlinkSync(${v.linkTarget(r)}, ${target})`);
        break;
      default:
        lines.push(copySync([v.plainPath(r), target, '{ recursive: true }']));
    }
  }
  return lines;
};

export const statement = (r: Prng, forms: Forms): string => {
  const kind = r.weighted({
    path: 46,
    descriptor: 13,
    read: 6,
    open: 9,
    close: 4,
    special: 8,
    wide: 13,
    stream: forms === 'all' ? 7 : 0,
  });
  switch (kind) {
    case 'path':
      return onPath(r, forms);
    case 'descriptor':
      return onDescriptor(r, forms);
    case 'read':
      return onRead(r, forms);
    case 'open':
      return open(r, forms);
    case 'close':
      return close(r, forms);
    case 'special':
      return special(r, forms);
    case 'wide':
      return wideStatement(r, forms === 'sync');
    default:
      return onStream(r);
  }
};
