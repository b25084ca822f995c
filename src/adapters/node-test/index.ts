/**
 * Adapter, node:test: the subpath `quotafs/node-test`. A volume of its own for
 * every test of a file, or for one test.
 */
import { afterEach, beforeEach, type TestContext } from 'node:test';
import { openVolume, perTest, type TestVolume, type VolumeOptions } from '../test-volume/index.js';

export type { TestVolume, TreeLiteral, VolumeOptions } from '../test-volume/index.js';

/**
 * Gives every test of the file, or of the `describe` it is called in, a new volume, mounted at `options.at`. When a test
 * fails, its tree is printed. Call it once, outside of the tests.
 *
 * @returns the volume of the running test
 * @example
 * const memory = useVolume({ at: '/app', maxQuota: 2 ** 20, files: { 'config.json': '{}' } });
 * test('reads its configuration', () => { load('/app/config.json'); });
 */
export function useVolume(options: VolumeOptions = {}): TestVolume {
  const { volume, begin, end } = perTest(options);
  beforeEach(begin);
  // The types say that a hook may be one of a suite.
  afterEach((t) => end('passed' in t && t.passed === false));
  return volume;
}

/**
 * Wraps the body of one test, which gets a volume of its own. When it fails, the volume's tree is a diagnostic of the
 * test.
 *
 * @example
 * test('fills the disk', withVolume({ at: '/app', maxQuota: 4096 }, (memory, t) => { … }));
 */
export function withVolume(
  options: VolumeOptions,
  body: (memory: TestVolume, t: TestContext) => unknown,
): (t: TestContext) => Promise<void> {
  return async (t) => {
    const volume = openVolume(options);
    try {
      await body(volume, t);
    } catch (error) {
      t.diagnostic(volume.tree());
      throw error;
    } finally {
      volume.close();
    }
  };
}
