/** A handle that is collected unclosed: a warning, and its descriptor and lock come back. */
import { describe, expect, it } from 'vitest';
import { AsyncMemoryFileSystem, MemoryFileSystem } from '../../src/mfs/index.js';
import { codeOf, createMfs, put } from './helpers.js';

const collectGarbage = globalThis.gc;

/** Collects until `done`, for as long as it may take the finalisers to run. */
async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !done(); tries++) {
    collectGarbage?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(done()).toBe(true);
}

describe('an unclosed handle', () => {
  it('warns once when it is collected, and its lock and descriptor come back', async () => {
    expect(collectGarbage).toBeTypeOf('function');
    const warnings: string[] = [];
    const mfs = createMfs({ warn: (message) => warnings.push(message) });
    put(mfs, '/f', 'x');
    const before = mfs.stats().usedBytes;
    (() => void mfs.open('/f', 'r+b').read())();
    expect(codeOf(() => mfs.open('/f'))).toBe('EBUSY');
    await until(() => warnings.length > 0);
    expect(warnings).toEqual([expect.stringContaining("The handle of '/f' was collected without being closed")]);
    expect(mfs.stats().usedBytes).toBe(before);
    mfs.remove('/f');
  });

  it('lets those who wait for it have the file', async () => {
    const mfs = new AsyncMemoryFileSystem({ warn: () => {} });
    await mfs.importTree({ '/f': Buffer.from('x') });
    await (async () => void (await mfs.open('/f', 'r+b')))();
    let opened = false;
    const opening = mfs.open('/f', 'r+b', { lockTimeout: null }).then((file) => {
      opened = true;
      return file;
    });
    await until(() => opened);
    await (await opening).close();
  });

  it('says so through process.emitWarning by default', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const mfs = createMfs();
    (() => void mfs.open('/f', 'wb'))();
    let warning: Error | undefined;
    void warned.then((received) => {
      warning = received;
    });
    await until(() => warning !== undefined);
    expect(warning).toMatchObject({ name: 'ResourceWarning', message: expect.stringContaining("'/f'") });
  });

  it('a closed one says nothing', async () => {
    const warnings: string[] = [];
    const mfs = createMfs({ warn: (message) => warnings.push(message) });
    (() => mfs.open('/f', 'wb').close())();
    let other = false;
    const registry = new FinalizationRegistry(() => {
      other = true;
    });
    (() => registry.register({}, 0))();
    await until(() => other);
    expect(warnings).toEqual([]);
  });

  it('a volume that nobody holds is collected with everything in it', async () => {
    let gone = false;
    const registry = new FinalizationRegistry(() => {
      gone = true;
    });
    (() => {
      const mfs = new MemoryFileSystem();
      put(mfs, '/f', new Uint8Array(1000));
      mfs.open('/f').close();
      registry.register(mfs.engine, 0);
    })();
    await until(() => gone);
  });
});
