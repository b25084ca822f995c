/** Test helper: short ways to say what every test of the D-MemFS API needs. */
import { afterEach, vi } from 'vitest';
import {
  AsyncMemoryFileSystem,
  MemoryFileSystem,
  type MemoryFileSystemOptions,
  type OpenMode,
} from '../../src/mfs/index.js';
import { expectClean, snapshot, type VolumeSnapshot } from '../helpers/snapshot.js';

export const MIB = 1024 * 1024;

const volumes = new Set<MemoryFileSystem>();

// Every test ends with the volume's own fsck.
afterEach(() => {
  for (const { engine } of volumes) expectClean(engine);
  volumes.clear();
});

export function createMfs(options?: MemoryFileSystemOptions): MemoryFileSystem {
  const mfs = new MemoryFileSystem(options);
  volumes.add(mfs);
  return mfs;
}

export function createAsyncMfs(options?: MemoryFileSystemOptions): AsyncMemoryFileSystem {
  return new AsyncMemoryFileSystem(createMfs(options));
}

export const bytes = (text: string): Buffer => Buffer.from(text);

/** Opens, writes, closes. */
export function put(mfs: MemoryFileSystem, path: string, data: string | Uint8Array, mode: OpenMode = 'wb'): void {
  using file = mfs.open(path, mode);
  file.write(typeof data === 'string' ? bytes(data) : data);
}

/** Opens, reads everything as UTF-8, closes. */
export function get(mfs: MemoryFileSystem, path: string): string {
  using file = mfs.open(path, 'rb');
  return file.read().toString();
}

/** The `code` of the error that `body` throws, or 'ok'. */
export function codeOf(body: () => unknown): string {
  try {
    body();
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** The `code` of the error that a promise rejects with, or 'ok'. */
export async function codeOfAsync(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

/**
 * A snapshot that looking again does not change. Needs `vi.useFakeTimers({ toFake: ['Date'] })`: the first look moves
 * access times, as relatime does; whoever touches a time after the second one leaves a later time.
 */
export function settledSnapshot({ engine }: MemoryFileSystem): VolumeSnapshot {
  vi.setSystemTime(Date.now() + 1000);
  snapshot(engine);
  vi.setSystemTime(Date.now() + 1000);
  const settled = snapshot(engine);
  vi.setSystemTime(Date.now() + 1000);
  return settled;
}
