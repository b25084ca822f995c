/**
 * Adapter, Jest: the subpath `quotafs/jest`. Uses the hooks that Jest makes
 * global, so any runner with `beforeEach` and `afterEach` will do (Mocha,
 * Jasmine, Bun). No dependency on Jest.
 */
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

/** What Mocha gives its hooks as `this`; Jest gives nothing of use. */
type HookContext = { readonly currentTest?: { readonly state?: string } } | undefined;
type Hook = (action: (this: HookContext) => void) => void;

function hook(name: 'beforeEach' | 'afterEach'): Hook {
  const found: unknown = Reflect.get(globalThis, name);
  if (typeof found !== 'function') {
    throw new TypeError(`There is no global ${name}: with injectGlobals off, put it on globalThis first`);
  }
  return found as Hook;
}

/** Whether the test that has just run failed. Jest keeps it behind a symbol that it does not hand out. */
function hasFailed(context: HookContext): boolean {
  if (context?.currentTest?.state === 'failed') return true;
  const key = Object.getOwnPropertySymbols(globalThis).find((each) => each.description === 'JEST_STATE_SYMBOL');
  const state: unknown = key && Reflect.get(globalThis, key);
  const errors: unknown = Reflect.get(Object(Reflect.get(Object(state), 'currentlyRunningTest')), 'errors');
  return Array.isArray(errors) && errors.length > 0;
}

/**
 * Gives every test of the file, or of the `describe` it is called in, a new volume, mounted at `options.at`. When a test
 * fails under Jest or Mocha, its tree is printed. Call it once, outside of the tests.
 *
 * @returns the volume of the running test
 * @throws TypeError when the runner has no global hooks
 * @example
 * const memory = useVolume({ at: '/app', maxQuota: 2 ** 20, files: { 'config.json': '{}' } });
 */
export function useVolume(options: VolumeOptions = {}): TestVolume {
  const { volume, begin, end } = perTest(options);
  hook('beforeEach')(() => begin());
  hook('afterEach')(function () {
    end(hasFailed(this));
  });
  return volume;
}

/**
 * Wraps the body of one test, which gets a volume of its own. When it fails, the volume's tree is added to the message.
 *
 * @example
 * test('fills the disk', withVolume({ at: '/app', maxQuota: 4096 }, (memory) => { … }));
 */
export function withVolume(options: VolumeOptions, body: (memory: TestVolume) => unknown): () => Promise<void> {
  return async () => {
    const volume = openVolume(options);
    try {
      await body(volume);
    } catch (error) {
      if (error instanceof Error) error.message += `\n\n${volume.tree()}`;
      throw error;
    } finally {
      volume.close();
    }
  };
}
