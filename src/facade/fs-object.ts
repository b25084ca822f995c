/**
 * Facade layer: the object that is `node:fs`: its members, and what is no plain
 * member there either: the stream classes and `promises`, made when they are
 * first asked for, as in Node. Keeps no state. Invariant: `fs.promises` is one
 * object for good.
 */
import type nodeFs from 'node:fs';
import { promisify } from 'node:util';
import type { Context } from './context.js';
import { promiseForm } from './define.js';
import { fileHandleMaker } from './file-handle.js';
import { makeMembers } from './fs-members.js';
import { Parts } from './parts.js';
import { promiseOnlyForms } from './promises.js';
import { rememberEngine } from './quota.js';
import { hostFs } from './running-node.js';
import { makeStreams } from './streams.js';

type Fs = typeof nodeFs;

/**
 * Where an object keeps its lazy members: on a function of its own that nobody patches. Not in the
 * accessors' closures: accessors shared by all objects keep them in one shape, and making one is cheap.
 * Not in a WeakMap: a Proxy or an heir of the object must find it too.
 */
const lazy = Symbol('quotafs.lazy');
type Holder = { readonly _toUnixTimestamp: object };
const lazyOf = (fs: Holder): Parts => (fs._toUnixTimestamp as { [lazy]: Parts })[lazy];

const streamNames = ['ReadStream', 'WriteStream', 'FileReadStream', 'FileWriteStream'];
if (Object.hasOwn(hostFs, 'Utf8Stream')) streamNames.push('Utf8Stream');

/** The stream classes, made together at first use and replaceable, as on Node's object. */
function streamAccessor(name: string): PropertyDescriptor & ThisType<Holder> {
  return {
    get() {
      const own = lazyOf(this);
      if (own.replaced !== undefined && Object.hasOwn(own.replaced, name)) return own.replaced[name];
      own.streams ??= makeStreams(own.ctx);
      return Reflect.get(own.streams, name);
    },
    set(value) {
      const own = lazyOf(this);
      own.replaced ??= {};
      own.replaced[name] = value;
    },
    enumerable: true,
    configurable: true,
  };
}

const promisesAccessor: PropertyDescriptor & ThisType<Holder> = {
  get() {
    const own = lazyOf(this);
    if (own.promises === undefined) {
      own.promises = makePromises(own.ctx, own);
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
  const parts = new Parts(ctx);
  const fs = makeMembers(ctx, parts);
  // Hidden from who prints the function.
  Object.defineProperty(fs._toUnixTimestamp, lazy, { value: parts });
  for (const [name, descriptor] of special) Object.defineProperty(fs, name, descriptor);
  // Typed as Node's own: the members are proved against the running Node's keys and behaviour by the surface tests.
  return fs as unknown as Fs;
}

const hasDisposable = 'mkdtempDisposable' in hostFs.promises;

function makePromises(ctx: Context, parts: Parts): object {
  const { path, look, real, directory, opendir, file, rm, cp, glob, disposable, watching } = parts;
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
    ...(hasDisposable ? { mkdtempDisposable: disposable.mkdtempDisposable } : {}),
    writeFile,
    appendFile,
    readFile,
    watch: watching.promises.watch,
    constants: hostFs.promises.constants,
  };
  return asAsync(likeNode(promises, hostFs.promises));
}

const asyncFunction: object = Object.getPrototypeOf(async () => {});

/** What is async in Node has the prototype of such functions: libraries ask for its tag to know what takes no callback. */
function asAsync<T extends object>(promises: T): T {
  for (const [name, own] of Object.entries(promises)) {
    const isAsync =
      String(Reflect.get(Object(Reflect.get(hostFs.promises, name)), Symbol.toStringTag)) === 'AsyncFunction';
    if (isAsync && own instanceof Function) Object.setPrototypeOf(own, asyncFunction);
  }
  return promises;
}
