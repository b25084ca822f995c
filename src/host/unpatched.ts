/**
 * Host layer: Node's loader past what a program puts into `node:fs`. The loader reads through the members of that object,
 * so with a volume in their places it would look there for the parts of this package that are loaded late, or call,
 * without end, the very function whose part it is to load. The build puts this around each such part.
 */
import { ownFs } from './own-node.js';

const own = Object.keys(ownFs)
  .filter((name) => name.endsWith('Sync'))
  .map((name) => [name, Reflect.get(ownFs, name)] as const);

/** Calls `load` with the synchronous functions of `node:fs` that were there when this package was loaded. */
export function unpatched<T>(load: () => T): T {
  const patched = own.filter(([name, value]) => Reflect.get(ownFs, name) !== value);
  const there = patched.map(([name]) => Reflect.getOwnPropertyDescriptor(ownFs, name));
  for (const [name, value] of patched) {
    Reflect.defineProperty(ownFs, name, { value, writable: true, enumerable: true, configurable: true });
  }
  try {
    return load();
  } finally {
    patched.forEach(([name], index) => {
      const before = there[index];
      if (before) Reflect.defineProperty(ownFs, name, before);
      else Reflect.deleteProperty(ownFs, name);
    });
  }
}
