/**
 * Helper of the facade tests: this package as it is on another release of Node,
 * as far as the release is what decides. Classes and constants stay the running Node's.
 */
import { vi } from 'vitest';
import type { Fs } from '../side-by-side.js';

const runningNode = '../../../src/facade/running-node.js';

/** A copy of Node's object that has a member of this name, or has none: what ours has follows it. */
function withMember(fs: Fs, name: string, present: boolean): Fs {
  const descriptors: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(fs);
  if (!present) delete descriptors[name];
  else descriptors[name] ??= { value() {}, enumerable: true, configurable: true };
  return Object.create(Object.getPrototypeOf(fs), descriptors);
}

/** Loads the facade anew, as it is on the release `major`. */
export async function facadeOf(major: number): Promise<typeof import('../../../src/facade/index.js')> {
  vi.resetModules();
  vi.doMock(runningNode, async (original) => {
    const own = await original<{ readonly hostFs: Fs }>();
    return {
      ...own,
      hostFs: withMember(own.hostFs, 'mkdtempDisposableSync', major >= 24),
      nodeAtLeast: (wanted: number) => major >= wanted,
      copiesAttributes: major >= 22,
      readFileTakesBuffer: major >= 24,
    };
  });
  try {
    return await import('../../../src/facade/index.js');
  } finally {
    vi.doUnmock(runningNode);
  }
}
