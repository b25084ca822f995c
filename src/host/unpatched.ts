/**
 * Host layer: Node's loader past what a program puts into `node:fs`. The loader reads through the members of that object,
 * so with a volume in their places it would look there for the parts of this package that are loaded late, or call,
 * without end, the very function whose part it is to load. The build puts this around each such part.
 */
import { ownFs } from './own-node.js';

const own: (readonly [name: string, is: PropertyDescriptor])[] = [];
for (const name in ownFs) {
  // Not its value: Node loads a file of its own when it is asked for `opendirSync`.
  const is = name.endsWith('Sync') && Reflect.getOwnPropertyDescriptor(ownFs, name);
  if (is) own.push([name, is]);
}

/** Calls `load` with the synchronous functions of `node:fs` that were there when this package was loaded. */
export function unpatched<T>(load: () => T): T {
  const patched = own.flatMap(([name, before]) => {
    const now = Reflect.getOwnPropertyDescriptor(ownFs, name);
    return now !== undefined && now.value === before.value && now.get === before.get ? [] : [{ name, before, now }];
  });
  for (const { name, before } of patched) Reflect.defineProperty(ownFs, name, before);
  try {
    return load();
  } finally {
    for (const { name, now } of patched) {
      if (now) Reflect.defineProperty(ownFs, name, now);
      else Reflect.deleteProperty(ownFs, name);
    }
  }
}
