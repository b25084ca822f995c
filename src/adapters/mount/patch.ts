/**
 * Adapter, mount: puts the routing functions in the place of Node's and back.
 * The objects stay the same, so everyone who holds `node:fs`, `fs.promises` or
 * `node:fs/promises` follows; named ESM imports are told. Invariant: after
 * `restore` every property is identical to what it was; one that somebody else
 * has replaced in the meantime is left to them.
 */
import nodeModule from 'node:module';
import { membersOf } from '../../facade/index.js';
import { ownFs as nodeFs, ownProcess } from '../../host/index.js';
import { type AnyFunction, type Member, patched, routed, type Style } from './calls.js';
import { patchModules } from './modules.js';
import { type Route, routeOf } from './routes.js';
import type { NodeFs } from './table.js';
import { routedDirectory } from './working-directory.js';

type Undo = () => void;

function replace(target: object, name: string, value: unknown): Undo {
  const before = Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor;
  Object.defineProperty(target, name, {
    value,
    writable: true,
    enumerable: before.enumerable,
    configurable: before.configurable,
  });
  return () => {
    if (Object.getOwnPropertyDescriptor(target, name)?.value === value) Object.defineProperty(target, name, before);
  };
}

/** Name, length and what hangs on the function: `realpath.native`, the forms for `util.promisify`. */
function dress(wrapper: AnyFunction, native: AnyFunction, wrapPart: (key: string | symbol) => AnyFunction): void {
  for (const key of Reflect.ownKeys(native)) {
    const descriptor = Object.getOwnPropertyDescriptor(native, key) as PropertyDescriptor;
    if (key === 'prototype') continue;
    // A promisified function is its own promisified form.
    if (descriptor.value === native) descriptor.value = wrapper;
    else if (typeof descriptor.value === 'function') descriptor.value = wrapPart(key);
    Object.defineProperty(wrapper, key, descriptor);
  }
}

/** Makes the routing function for a member; its parts route as it does. */
function wrap(name: string, style: Style, native: AnyFunction, find: Member['find'], route: Route): AnyFunction {
  const wrapper = routed({ name, style, native, find }, route);
  dress(wrapper, native, (key) => {
    const part = Reflect.get(native, key) as AnyFunction;
    return wrap(name, style, part, (fs) => Reflect.get(Object(find(fs)), key), route);
  });
  return wrapper;
}

function patchObject(target: object, holder: (fs: NodeFs) => object, styleOf: (name: string) => Style): Undo[] {
  const undo: Undo[] = [];
  for (const name of Object.keys(target)) {
    const route = routeOf(name);
    const native: unknown = Reflect.get(target, name);
    if (route === undefined || typeof native !== 'function') continue;
    const find = (fs: NodeFs): unknown => Reflect.get(holder(fs), name);
    undo.push(replace(target, name, wrap(name, styleOf(name), native as AnyFunction, find, route)));
  }
  return undo;
}

/** Test runners give their own `module` to what they run; the real one tells the importers. */
function tellImporters(): void {
  const { syncBuiltinESMExports } = process.getBuiltinModule?.('node:module') ?? nodeModule;
  syncBuiltinESMExports();
}

/** Puts the routing functions in. @returns the way back */
export function patch(): Undo {
  const formOf = (name: string): Style => (name.endsWith('Sync') ? 'sync' : 'callback');
  // Jest gives a process of its own to what it runs; `node:path` asks the real one.
  const processes = new Set([process, ownProcess]);
  const directory = routedDirectory({ cwd: process.cwd, chdir: process.chdir });
  const undo = [
    ...patchObject(nodeFs, (fs) => fs, formOf),
    ...patchObject(
      nodeFs.promises,
      (fs) => fs.promises,
      () => 'promise',
    ),
    ...[...processes].flatMap((each) => [replace(each, 'cwd', directory.cwd), replace(each, 'chdir', directory.chdir)]),
    patchModules(),
  ];
  Object.assign(patched, { fs: nodeFs, own: membersOf(nodeFs) });
  tellImporters();
  return () => {
    patched.own = undefined;
    for (const back of undo) back();
    tellImporters();
  };
}
