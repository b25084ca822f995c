/**
 * Helper of the facade tests: this package as it is on another release of Node,
 * as far as the release is what decides. Classes and constants stay the running Node's.
 */
import { vi } from 'vitest';
import type { Fs } from '../side-by-side.js';

const runningNode = '../../../src/facade/running-node.js';

/** A copy of an object of Node's that has a member of this name, or has none: what ours has follows it. */
function withMember<T extends object>(object: T, name: string, present: boolean, value: unknown = () => {}): T {
  const descriptors: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(object);
  delete descriptors[name];
  if (present) descriptors[name] = { value, enumerable: true, configurable: true };
  return Object.create(Object.getPrototypeOf(object), descriptors);
}

/** Node's object with the names that this release has. */
function namesOf(fs: Fs, major: number): Fs {
  const promises = withMember(fs.promises, 'mkdtempDisposable', major >= 24);
  return withMember(withMember(fs, 'mkdtempDisposableSync', major >= 24), 'promises', true, promises);
}

/** Loads the facade anew, as it is on the release `major`. */
export async function facadeOf(major: number): Promise<typeof import('../../../src/facade/index.js')> {
  vi.resetModules();
  vi.doMock(runningNode, async (original) => {
    const own = await original<{ readonly hostFs: Fs }>();
    return {
      ...own,
      hostFs: namesOf(own.hostFs, major),
      nodeAtLeast: (wanted: number) => major >= wanted,
      copiesAttributes: major >= 22,
      bufferOption: (buffer: unknown) => (major >= 24 ? buffer : undefined),
    };
  });
  try {
    return await import('../../../src/facade/index.js');
  } finally {
    vi.doUnmock(runningNode);
  }
}
