/**
 * Adapter, test volumes: a volume for the length of one test. Owns its birth and
 * its end; knows no test runner. Invariant: after `close` nothing is mounted.
 */
import { posix } from 'node:path';
import { type CreateFsOptions, createFs, type Quota, quotaOf } from '../../facade/index.js';
import { printTree } from '../inspect/index.js';
import { mount } from '../mount/index.js';
import { type TreeLiteral, writeTree } from './tree-literal.js';

type NodeFs = typeof import('node:fs');

/** What a test gets; `maxQuota` and the other options of `createFs` too. */
export interface VolumeOptions extends CreateFsOptions {
  /**
   * Where the volume is mounted: the code under test finds it there through `node:fs`. '/' mounts everything.
   * Without it nothing is mounted, and the volume is handed around as an object.
   */
  readonly at?: string;
  /** What is in the volume when the test begins; paths start at `at`, or at '/'. */
  readonly files?: TreeLiteral;
}

/** The volume of the running test. */
export interface TestVolume {
  /** The volume as `node:fs`. */
  readonly fs: NodeFs;
  /** Its quota: use by path, a new limit, pressure, `audit()`. */
  readonly quota: Quota;
  /** An absolute path in the volume: `path('a', 'b')` is `a/b` below `at`. */
  path(...names: string[]): string;
  /** The tree as text, with sizes; printed when a test fails. */
  tree(): string;
}

/** Makes and mounts a volume. */
export function openVolume(options: VolumeOptions = {}): TestVolume & { close(): void } {
  const { at, files = {}, ...rest } = options;
  const base = at ?? '/';
  const fs = createFs(rest);
  fs.mkdirSync(base, { recursive: true });
  writeTree(fs, base, files);
  const mounted = at === undefined ? undefined : mount(fs, { at });
  return {
    fs,
    quota: quotaOf(fs),
    path: (...names) => posix.resolve(base, ...names),
    tree: () => printTree(fs, fs.existsSync(base) ? base : '/', { sizes: true, lines: 100 }),
    close: () => mounted?.unmount(),
  };
}

/** One object for all tests of a file, which stands for the volume of the test that runs. */
export interface PerTest {
  readonly volume: TestVolume;
  begin(): void;
  /** @param failed - of a failed test the tree is printed */
  end(failed?: boolean): void;
}

/** @param options - of every test's volume */
export function perTest(options: VolumeOptions = {}): PerTest {
  let open: ReturnType<typeof openVolume> | undefined;
  const current = (): TestVolume => {
    if (open === undefined) throw new Error('The volume exists while a test or its hooks run, not outside of them');
    return open;
  };
  return {
    volume: {
      get fs() {
        return current().fs;
      },
      get quota() {
        return current().quota;
      },
      path: (...names) => current().path(...names),
      tree: () => current().tree(),
    },
    begin() {
      open?.close();
      open = openVolume(options);
    },
    end(failed = false) {
      if (failed && open !== undefined) console.error(open.tree());
      open?.close();
      open = undefined;
    },
  };
}
