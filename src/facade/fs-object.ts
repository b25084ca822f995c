/**
 * Facade layer: the object that is `node:fs`, member by member, in Node's order.
 * Keeps no state. Invariants: every member is an own, enumerable property that
 * needs no `this`; `fs.promises` is one object for good. It is one literal, so
 * that V8 makes it in one step and calls through it stay fast; the classes and
 * `promises` are made when first asked for, as in Node.
 */
import type nodeFs from 'node:fs';
import { promisify } from 'node:util';
import type { Context } from './context.js';
import { makeCp } from './cp.js';
import { callbackForm, promiseForm, syncForm } from './define.js';
import { Dir, opendirForms } from './dir.js';
import { fileHandleMaker } from './file-handle.js';
import { makeGlob } from './glob.js';
import { makeMkdtempDisposable } from './mkdtemp-disposable.js';
import { makeOpenAsBlob } from './open-as-blob.js';
import { directoryOperations } from './ops/directory.js';
import { descriptorOperations, openAndClose, readForms } from './ops/fd.js';
import { writeForms } from './ops/fd-write.js';
import { existsForms, lookOperations, realpathOperations } from './ops/look.js';
import { pathOperations } from './ops/path.js';
import { wholeFileOperations } from './ops/whole-file.js';
import { promiseOnlyForms } from './promises.js';
import { rememberEngine } from './quota.js';
import { makeRm } from './rm.js';
import { hostFs } from './running-node.js';
import { makeStreams } from './streams.js';
import { toUnixTimestamp } from './validate.js';
import { makeWatch } from './watch.js';

type Fs = typeof nodeFs;

/** The operations and the composites of one volume: what both objects are made from. */
function partsOf(ctx: Context) {
  return {
    path: pathOperations(ctx),
    look: lookOperations(ctx),
    real: realpathOperations(ctx),
    file: wholeFileOperations(ctx),
    directory: directoryOperations(ctx),
    opendir: opendirForms(ctx),
    rm: makeRm(ctx),
    cp: makeCp(ctx),
    glob: makeGlob(ctx),
    blob: makeOpenAsBlob(ctx),
    disposable: makeMkdtempDisposable(ctx),
    watch: makeWatch(ctx),
  };
}
type Parts = ReturnType<typeof partsOf>;

/** Members made at first use, and what users put in their place. */
interface Lazy {
  readonly ctx: Context;
  readonly parts: Parts;
  readonly replaced: Record<string, unknown>;
  streams?: object;
  promises?: object;
}

/**
 * Where an object keeps its lazy members: on a function of its own that nobody patches. Not in the
 * accessors' closures: accessors shared by all objects keep them in one shape, and making one is cheap.
 * Not in a WeakMap: a Proxy or an heir of the object must find it too.
 */
const lazy = Symbol('quotafs.lazy');
const lazyOf = (fs: { _toUnixTimestamp: object }): Lazy => Reflect.get(fs._toUnixTimestamp, lazy);

const streamNames = ['ReadStream', 'WriteStream', 'FileReadStream', 'FileWriteStream'];
if (Object.hasOwn(hostFs, 'Utf8Stream')) streamNames.push('Utf8Stream');

type Holder = { _toUnixTimestamp: object };

/** The stream classes, made together at first use and replaceable, as on Node's object. */
function streamAccessor(name: string): PropertyDescriptor & ThisType<Holder> {
  return {
    get() {
      const own = lazyOf(this);
      if (Object.hasOwn(own.replaced, name)) return own.replaced[name];
      own.streams ??= makeStreams(own.ctx).fs;
      return Reflect.get(own.streams, name);
    },
    set(value) {
      lazyOf(this).replaced[name] = value;
    },
    enumerable: true,
    configurable: true,
  };
}

const promisesAccessor: PropertyDescriptor & ThisType<Holder> = {
  get() {
    const own = lazyOf(this);
    if (own.promises === undefined) {
      own.promises = makePromises(own.ctx, own.parts);
      rememberEngine(own.promises, own.ctx.engine);
    }
    return own.promises;
  },
  enumerable: true,
  configurable: true,
};

const aliases = (['F_OK', 'R_OK', 'W_OK', 'X_OK'] as const).filter((name) => Object.hasOwn(hostFs, name));
const aliasesListed = aliases.length > 0 && Object.keys(hostFs).includes('F_OK');

/** What is no plain member: accessors, and the aliases of constants in the releases that still have them. */
const special: readonly (readonly [string, PropertyDescriptor])[] = [
  ...streamNames.map((name) => [name, streamAccessor(name)] as const),
  ...aliases.map(
    (name) => [name, { value: hostFs.constants[name], enumerable: aliasesListed, configurable: true }] as const,
  ),
  ['promises', promisesAccessor],
];

/** By object of Node's: what our own functions lack to have the name and the length of theirs. */
const unlike = new Map<object, readonly (readonly [string, PropertyDescriptorMap])[]>();

/** Names the members that are written by hand as Node does. Which ones need it is found out with the first object. */
function likeNode<T extends object>(own: T, host: object): T {
  const found = unlike.get(host) ?? differences(own, host);
  unlike.set(host, found);
  for (const [name, descriptors] of found) Object.defineProperties(Reflect.get(own, name), descriptors);
  return own;
}

function differences(own: object, host: object): [string, PropertyDescriptorMap][] {
  return Object.entries(Object.getOwnPropertyDescriptors(own)).flatMap(([key, { value }]) => {
    if (typeof value !== 'function') return [];
    const { name = key, length = value.length }: { name?: string; length?: number } = Object(Reflect.get(host, key));
    if (value.name === name && value.length === length) return [];
    return [[key, { name: { value: name, configurable: true }, length: { value: length, configurable: true } }]];
  });
}

export function makeFs(ctx: Context): Fs {
  const parts = partsOf(ctx);
  const { path, look, real, file, directory, opendir, rm, cp, glob, blob, disposable, watch } = parts;
  const fd = descriptorOperations(ctx);
  const { open, openSync, close, closeSync } = openAndClose(ctx);
  const { read, readSync, readv, readvSync } = readForms(ctx);
  const { write, writeSync, writev, writevSync } = writeForms(ctx);
  const { exists, existsSync } = existsForms(ctx);
  const own: Lazy = { ctx, parts, replaced: {} };

  const fs = {
    appendFile: callbackForm(file.appendFile, 'appendFile'),
    appendFileSync: syncForm(file.appendFile, 'appendFileSync'),
    access: callbackForm(path.access, 'access'),
    accessSync: syncForm(path.access, 'accessSync'),
    chown: callbackForm(path.chown, 'chown'),
    chownSync: syncForm(path.chown, 'chownSync'),
    chmod: callbackForm(path.chmod, 'chmod'),
    chmodSync: syncForm(path.chmod, 'chmodSync'),
    close,
    closeSync,
    copyFile: callbackForm(path.copyFile, 'copyFile'),
    copyFileSync: syncForm(path.copyFile, 'copyFileSync'),
    cp: cp.fs.cp,
    cpSync: cp.fs.cpSync,
    // Functions, not methods: some call them with `new`, as Node lets them.
    createReadStream: function createReadStream(file: unknown, options?: unknown) {
      return Reflect.construct(ctx.fs.ReadStream, [file, options]);
    },
    createWriteStream: function createWriteStream(file: unknown, options?: unknown) {
      return Reflect.construct(ctx.fs.WriteStream, [file, options]);
    },
    exists,
    existsSync,
    fchown: callbackForm(fd.fchown, 'fchown'),
    fchownSync: syncForm(fd.fchown, 'fchownSync'),
    fchmod: callbackForm(fd.fchmod, 'fchmod'),
    fchmodSync: syncForm(fd.fchmod, 'fchmodSync'),
    fdatasync: callbackForm(fd.fdatasync, 'fdatasync'),
    fdatasyncSync: syncForm(fd.fdatasync, 'fdatasyncSync'),
    fstat: callbackForm(fd.fstat, 'fstat'),
    fstatSync: syncForm(fd.fstat, 'fstatSync'),
    fsync: callbackForm(fd.fsync, 'fsync'),
    fsyncSync: syncForm(fd.fsync, 'fsyncSync'),
    ftruncate: callbackForm(fd.ftruncate, 'ftruncate'),
    ftruncateSync: syncForm(fd.ftruncate, 'ftruncateSync'),
    futimes: callbackForm(fd.futimes, 'futimes'),
    futimesSync: syncForm(fd.futimes, 'futimesSync'),
    glob: glob.fs.glob,
    globSync: glob.fs.globSync,
    lchown: callbackForm(path.lchown, 'lchown'),
    lchownSync: syncForm(path.lchown, 'lchownSync'),
    // Linux has no lchmod: Node keeps the names without a value.
    lchmod: undefined,
    lchmodSync: undefined,
    link: callbackForm(path.link, 'link'),
    linkSync: syncForm(path.link, 'linkSync'),
    lstat: callbackForm(look.lstat, 'lstat'),
    lstatSync: syncForm(look.lstat, 'lstatSync'),
    lutimes: callbackForm(path.lutimes, 'lutimes'),
    lutimesSync: syncForm(path.lutimes, 'lutimesSync'),
    mkdir: callbackForm(path.mkdir, 'mkdir'),
    mkdirSync: syncForm(path.mkdir, 'mkdirSync'),
    mkdtemp: callbackForm(path.mkdtemp, 'mkdtemp'),
    mkdtempSync: syncForm(path.mkdtemp, 'mkdtempSync'),
    open,
    openSync,
    readdir: callbackForm(directory.readdir, 'readdir'),
    readdirSync: syncForm(directory.readdir, 'readdirSync'),
    read,
    readSync,
    readv,
    readvSync,
    readFile: callbackForm(file.readFile, 'readFile'),
    readFileSync: syncForm(file.readFile, 'readFileSync'),
    readlink: callbackForm(path.readlink, 'readlink'),
    readlinkSync: syncForm(path.readlink, 'readlinkSync'),
    realpath: Object.assign(callbackForm(real.js, 'realpath'), { native: callbackForm(real.native, 'native') }),
    realpathSync: Object.assign(syncForm(real.js, 'realpathSync'), { native: syncForm(real.native, 'native') }),
    rename: callbackForm(path.rename, 'rename'),
    renameSync: syncForm(path.rename, 'renameSync'),
    rm: rm.fs.rm,
    rmSync: rm.fs.rmSync,
    rmdir: rm.fs.rmdir,
    rmdirSync: rm.fs.rmdirSync,
    stat: callbackForm(look.stat, 'stat'),
    statfs: callbackForm(path.statfs, 'statfs'),
    statSync: syncForm(look.stat, 'statSync'),
    statfsSync: syncForm(path.statfs, 'statfsSync'),
    symlink: callbackForm(path.symlink, 'symlink'),
    symlinkSync: syncForm(path.symlink, 'symlinkSync'),
    truncate: callbackForm(file.truncate, 'truncate'),
    truncateSync: syncForm(file.truncate, 'truncateSync'),
    unlink: callbackForm(path.unlink, 'unlink'),
    unlinkSync: syncForm(path.unlink, 'unlinkSync'),
    utimes: callbackForm(path.utimes, 'utimes'),
    utimesSync: syncForm(path.utimes, 'utimesSync'),
    writeFile: callbackForm(file.writeFile, 'writeFile'),
    writeFileSync: syncForm(file.writeFile, 'writeFileSync'),
    write,
    writeSync,
    writev,
    writevSync,
    Dirent: hostFs.Dirent,
    Stats: hostFs.Stats,
    _toUnixTimestamp: Object.assign((time: unknown) => toUnixTimestamp(time), { [lazy]: own }),
    Dir,
    opendir: opendir.opendir,
    opendirSync: opendir.opendirSync,
    constants: hostFs.constants,
  };
  Object.assign(fs, watch.fs, blob.fs, disposable.fs);
  for (const [name, descriptor] of special) Object.defineProperty(fs, name, descriptor);
  likeNode(fs, hostFs);
  // Typed as Node's own: the members are proved against the running Node's keys and behaviour by the surface tests.
  return fs as unknown as Fs;
}

function makePromises(ctx: Context, parts: Parts): object {
  const { path, look, real, directory, opendir, file, rm, cp, glob, disposable, watch } = parts;
  const { open, readFile, writeFile, appendFile, lchmod } = promiseOnlyForms(ctx, fileHandleMaker(ctx));
  Object.defineProperty(opendir.promise, promisify.custom, { value: opendir.promise, configurable: true });
  const promises = {
    access: promiseForm(path.access, 'access'),
    copyFile: promiseForm(path.copyFile, 'copyFile'),
    cp: cp.promises.cp,
    glob: glob.promises.glob,
    open,
    opendir: opendir.promise,
    rename: promiseForm(path.rename, 'rename'),
    truncate: promiseForm(file.truncate, 'truncate'),
    rm: rm.promises.rm,
    rmdir: rm.promises.rmdir,
    mkdir: promiseForm(path.mkdir, 'mkdir'),
    readdir: promiseForm(directory.readdir, 'readdir'),
    readlink: promiseForm(path.readlink, 'readlink'),
    symlink: promiseForm(path.symlink, 'symlink'),
    lstat: promiseForm(look.lstat, 'lstat'),
    stat: promiseForm(look.stat, 'stat'),
    statfs: promiseForm(path.statfs, 'statfs'),
    link: promiseForm(path.link, 'link'),
    unlink: promiseForm(path.unlink, 'unlink'),
    chmod: promiseForm(path.chmod, 'chmod'),
    lchmod,
    lchown: promiseForm(path.lchown, 'lchown'),
    chown: promiseForm(path.chown, 'chown'),
    utimes: promiseForm(path.utimes, 'utimes'),
    lutimes: promiseForm(path.lutimes, 'lutimes'),
    realpath: promiseForm(real.js, 'realpath'),
    mkdtemp: promiseForm(path.mkdtemp, 'mkdtemp'),
    ...disposable.promises,
    writeFile,
    appendFile,
    readFile,
    watch: watch.promises.watch,
    constants: hostFs.promises.constants,
  };
  return likeNode(promises, hostFs.promises);
}
