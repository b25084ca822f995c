/**
 * Adapter, mount: puts the routing functions in the place of Node's and back.
 * The objects stay the same, so everyone who holds `node:fs`, `fs.promises` or
 * `node:fs/promises` follows; named ESM imports are told. Invariant: after
 * `restore` every property is identical to what it was; one that somebody else
 * has replaced in the meantime is left to them.
 */
import nodeFs from 'node:fs';
import nodeModule from 'node:module';
import { type AnyFunction, routed, type Style } from './calls.js';
import { patchModules } from './modules.js';
import { routeOf } from './routes.js';
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
    if (typeof descriptor.value === 'function') descriptor.value = wrapPart(key);
    Object.defineProperty(wrapper, key, descriptor);
  }
}

function wrap(name: string, style: Style, native: AnyFunction): AnyFunction | undefined {
  const route = routeOf(name);
  if (route === undefined) return undefined;
  const wrapper = routed({ name, style, native }, route, nodeFs);
  dress(wrapper, native, (key) => {
    const part = Reflect.get(native, key) as AnyFunction;
    // A member of the member: found on ours by the same way.
    const own = (fs: NodeFs): unknown => Reflect.get(Object(Reflect.get(fs, name)), key);
    const host = new Proxy(nodeFs, { get: (_, member) => (member === 'part' ? part : Reflect.get(nodeFs, member)) });
    return routed({ name, style, native: part, part: own }, route, host);
  });
  return wrapper;
}

function patchObject(target: object, styleOf: (name: string) => Style): Undo[] {
  const undo: Undo[] = [];
  for (const name of Object.keys(target)) {
    if (routeOf(name) === undefined) continue;
    const native: unknown = Reflect.get(target, name);
    if (typeof native !== 'function') continue;
    const wrapper = wrap(name, styleOf(name), native as AnyFunction);
    if (wrapper !== undefined) undo.push(replace(target, name, wrapper));
  }
  return undo;
}
