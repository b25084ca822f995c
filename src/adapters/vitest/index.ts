/**
 * Adapter, Vitest: the subpath `quotafs/vitest`. A volume of its own for every
 * test, as a hook or as a fixture, and stand-ins for `vi.mock`. Vitest is an
 * optional peer.
 */
import { afterEach, beforeEach, test as vitestTest } from 'vitest';
import { createFs } from '../../facade/index.js';
import { emptyVolume, openVolume, perTest, type TestVolume, type VolumeOptions } from '../test-volume/index.js';

export type { TestVolume, TreeLiteral, VolumeOptions } from '../test-volume/index.js';

type NodeFs = typeof import('node:fs');
type Promises = NodeFs['promises'];

/** The message of a failed test is Vitest's; the tree goes beside it. */
function printWhenFailed({ result }: { readonly result?: { readonly state?: string } }, volume: TestVolume): void {
  if (result?.state === 'fail') console.error(volume.tree());
}

/**
 * Gives every test of the file, or of the `describe` it is called in, a new volume, mounted at `options.at`. When a test
 * fails, its tree is printed. Call it once, outside of the tests.
 *
 * @returns the volume of the running test
 * @example
 * const memory = useVolume({ at: '/app', maxQuota: 2 ** 20, files: { 'config.json': '{}' } });
 */
export function useVolume(options: VolumeOptions = {}): TestVolume {
  const { volume, begin, end } = perTest(options);
  beforeEach(begin);
  afterEach(({ task }) => {
    printWhenFailed(task, volume);
    end();
  });
  return volume;
}

/**
 * Vitest's `test` with a fixture: a test that asks for `memory` gets a volume of its own.
 *
 * @example
 * const test = volumeTest({ at: '/app', maxQuota: 4096 });
 * test('fills the disk', ({ memory }) => { memory.fs.writeFileSync('/app/a', ''); });
 */
export function volumeTest(options: VolumeOptions = {}) {
  return vitestTest.extend<{ memory: TestVolume }>({
    memory: async ({ task }, use) => {
      const volume = openVolume(options);
      try {
        await use(volume);
        printWhenFailed(task, volume);
      } finally {
        volume.close();
      }
    },
  });
}

/** The volume behind {@link mockedFs}. */
export const volume = createFs();

/** `node:fs` for `vi.mock('node:fs', async () => (await import('quotafs/vitest')).mockedFs)`. */
export const mockedFs: NodeFs & { default: NodeFs } = { ...volume, default: volume };

/** The same for `node:fs/promises`. */
export const mockedPromises: Promises & { default: Promises } = { ...volume.promises, default: volume.promises };

/** Empties the volume behind the mocks; for `beforeEach`. */
export const resetVolume = (): void => emptyVolume(volume);
