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
import { descriptorOperations, openAndClose, readForms, writeForms } from './ops/fd.js';
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
    appendFile: callbackForm(file.appendFile),
    appendFileSync: syncForm(file.appendFile),
    access: callbackForm(path.access),
    accessSync: syncForm(path.access),
    chown: callbackForm(path.chown),
    chownSync: syncForm(path.chown),
    chmod: callbackForm(path.chmod),
    chmodSync: syncForm(path.chmod),
    close,
    closeSync,
    copyFile: callbackForm(path.copyFile),
    copyFileSync: syncForm(path.copyFile),
    cp: cp.fs.cp,
    cpSync: cp.fs.cpSync,
    createReadStream(file: unknown, options?: unknown) {
      return Reflect.construct(ctx.fs.ReadStream, [file, options]);
    },
    createWriteStream(file: unknown, options?: unknown) {
      return Reflect.construct(ctx.fs.WriteStream, [file, options]);
    },
    exists,
    existsSync,
    fchown: callbackForm(fd.fchown),
    fchownSync: syncForm(fd.fchown),
    fchmod: callbackForm(fd.fchmod),
    fchmodSync: syncForm(fd.fchmod),
    fdatasync: callbackForm(fd.fdatasync),
    fdatasyncSync: syncForm(fd.fdatasync),
    fstat: callbackForm(fd.fstat),
    fstatSync: syncForm(fd.fstat),
    fsync: callbackForm(fd.fsync),
    fsyncSync: syncForm(fd.fsync),
    ftruncate: callbackForm(fd.ftruncate),
    ftruncateSync: syncForm(fd.ftruncate),
    futimes: callbackForm(fd.futimes),
    futimesSync: syncForm(fd.futimes),
    glob: glob.fs.glob,
    globSync: glob.fs.globSync,
    lchown: callbackForm(path.lchown),
    lchownSync: syncForm(path.lchown),
    // Linux has no lchmod: Node keeps the names without a value.
    lchmod: undefined,
    lchmodSync: undefined,
    link: callbackForm(path.link),
    linkSync: syncForm(path.link),
    lstat: callbackForm(look.lstat),
    lstatSync: syncForm(look.lstat),
    lutimes: callbackForm(path.lutimes),
    lutimesSync: syncForm(path.lutimes),
    mkdir: callbackForm(path.mkdir),
    mkdirSync: syncForm(path.mkdir),
    mkdtemp: callbackForm(path.mkdtemp),
    mkdtempSync: syncForm(path.mkdtemp),
    open,
    openSync,
    readdir: callbackForm(directory.readdir),
    readdirSync: syncForm(directory.readdir),
    read,
    readSync,
    readv,
    readvSync,
    readFile: callbackForm(file.readFile),
    readFileSync: syncForm(file.readFile),
    readlink: callbackForm(path.readlink),
    readlinkSync: syncForm(path.readlink),
    realpath: Object.assign(callbackForm(real.js), { native: callbackForm(real.native) }),
    realpathSync: Object.assign(syncForm(real.js), { native: syncForm(real.native) }),
    rename: callbackForm(path.rename),
    renameSync: syncForm(path.rename),
    rm: rm.fs.rm,
    rmSync: rm.fs.rmSync,
    rmdir: rm.fs.rmdir,
    rmdirSync: rm.fs.rmdirSync,
    stat: callbackForm(look.stat),
    statfs: callbackForm(path.statfs),
    statSync: syncForm(look.stat),
    statfsSync: syncForm(path.statfs),
    symlink: callbackForm(path.symlink),
    symlinkSync: syncForm(path.symlink),
    truncate: callbackForm(file.truncate),
    truncateSync: syncForm(file.truncate),
    unlink: callbackForm(path.unlink),
    unlinkSync: syncForm(path.unlink),
    utimes: callbackForm(path.utimes),
    utimesSync: syncForm(path.utimes),
    writeFile: callbackForm(file.writeFile),
    writeFileSync: syncForm(file.writeFile),
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
  // Typed as Node's own: the members are proved against the running Node's keys and behaviour by the surface tests.
  return fs as unknown as Fs;
}

function makePromises(ctx: Context, parts: Parts): object {
  const { path, look, real, directory, opendir, file, rm, cp, glob, disposable, watch } = parts;
  const { open, readFile, writeFile, appendFile, lchmod } = promiseOnlyForms(ctx, fileHandleMaker(ctx));
  Object.defineProperty(opendir.promise, promisify.custom, { value: opendir.promise, configurable: true });
  return {
    access: promiseForm(path.access),
    copyFile: promiseForm(path.copyFile),
    cp: cp.promises.cp,
    glob: glob.promises.glob,
    open,
    opendir: opendir.promise,
    rename: promiseForm(path.rename),
    truncate: promiseForm(file.truncate),
    rm: rm.promises.rm,
    rmdir: rm.promises.rmdir,
    mkdir: promiseForm(path.mkdir),
    readdir: promiseForm(directory.readdir),
    readlink: promiseForm(path.readlink),
    symlink: promiseForm(path.symlink),
    lstat: promiseForm(look.lstat),
    stat: promiseForm(look.stat),
    statfs: promiseForm(path.statfs),
    link: promiseForm(path.link),
    unlink: promiseForm(path.unlink),
    chmod: promiseForm(path.chmod),
    lchmod,
    lchown: promiseForm(path.lchown),
    chown: promiseForm(path.chown),
    utimes: promiseForm(path.utimes),
    lutimes: promiseForm(path.lutimes),
    realpath: promiseForm(real.js),
    mkdtemp: promiseForm(path.mkdtemp),
    ...disposable.promises,
    writeFile,
    appendFile,
    readFile,
    watch: watch.promises.watch,
    constants: hostFs.promises.constants,
  };
}
