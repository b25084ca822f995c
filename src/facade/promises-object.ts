/**
 * Facade layer: the object that is `fs.promises`, member by member, in Node's
 * order. Keeps no state. Invariant: every member is an own, enumerable property
 * that needs no `this`, with the name and length of Node's.
 */
import { promisify } from 'node:util';
import type { Context } from './context.js';
import { promiseForm } from './define.js';
import type { Parts } from './parts.js';
import { promiseOnlyForms } from './promises.js';
import { hostFs } from './running-node.js';

/** By object of Node's: what our own functions lack to have the name and the length of theirs. */
const unlike = new Map<object, readonly (readonly [string, PropertyDescriptorMap])[]>();

/** Names the members as Node does. Which ones need it is found out with the first object. */
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

const hasDisposable = 'mkdtempDisposable' in hostFs.promises;

export function makePromises(ctx: Context, parts: Parts): object {
  const { path, seldomPath, look, real, directory, opendir, file, rm, cp, glob, disposable, watching } = parts;
  const { open, readFile, writeFile, appendFile, lchmod } = promiseOnlyForms(ctx, parts.handles);
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
    readlink: promiseForm(seldomPath.readlink, 'readlink'),
    symlink: promiseForm(seldomPath.symlink, 'symlink'),
    lstat: promiseForm(look.lstat, 'lstat'),
    stat: promiseForm(look.stat, 'stat'),
    statfs: promiseForm(seldomPath.statfs, 'statfs'),
    link: promiseForm(seldomPath.link, 'link'),
    unlink: promiseForm(path.unlink, 'unlink'),
    chmod: promiseForm(seldomPath.chmod, 'chmod'),
    lchmod,
    lchown: promiseForm(seldomPath.lchown, 'lchown'),
    chown: promiseForm(seldomPath.chown, 'chown'),
    utimes: promiseForm(seldomPath.utimes, 'utimes'),
    lutimes: promiseForm(seldomPath.lutimes, 'lutimes'),
    realpath: promiseForm(real.js, 'realpath'),
    mkdtemp: promiseForm(seldomPath.mkdtemp, 'mkdtemp'),
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
