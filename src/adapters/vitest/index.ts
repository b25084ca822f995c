/**
 * Adapter, Vitest: the subpath `quotafs/vitest`. A volume of its own for every
 * test, as a hook or as a fixture, and stand-ins for `vi.mock`. Vitest is an
 * optional peer.
 */
import { afterEach, beforeEach, test as vitestTest } from 'vitest';
import { openVolume, perTest, type TestVolume, type VolumeOptions } from '../test-volume/index.js';

export {
  mockedFs,
  mockedPromises,
  resetVolume,
  type TestVolume,
  type TreeLiteral,
  type VolumeOptions,
  volume,
} from '../test-volume/index.js';

const hasFailed = ({ result }: { readonly result?: { readonly state?: string } }): boolean => result?.state === 'fail';

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
  // The message of a failed test is Vitest's; the tree goes beside it.
  afterEach(({ task }) => end(hasFailed(task)));
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
        if (hasFailed(task)) console.error(volume.tree());
      } finally {
        volume.close();
      }
    },
  });
}
