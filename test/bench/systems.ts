/**
 * Benchmarks: the systems under comparison, each as a way to get a fresh, empty
 * file system with the surface of `node:fs`. What a peer lacks shows when a case
 * calls it; no adapter adds a missing function, because that would measure us.
 */
import * as realFs from 'node:fs';
import { pathToFileURL } from 'node:url';

export type Fs = typeof import('node:fs');

/** An empty file system. Cases put `root` in front of every path. */
export interface Target {
  readonly fs: Fs;
  /** '' in memory; the path of a fresh directory on a real file system. No trailing slash. */
  readonly root: string;
  drop(): void | Promise<void>;
}

export interface System {
  readonly name: SystemName;
  /** Gives a way to make fresh volumes; the import is behind it, so a process loads one system only. */
  load(entry: string): Promise<() => Target | Promise<Target>>;
  /** Gives a way to make a volume without an fs object, for those who have such. */
  loadVolume?(entry: string): Promise<() => unknown>;
}

export type SystemName = 'ours' | 'engine' | 'memfs' | 'node-vfs' | 'platformatic' | 'zenfs' | 'tmpfs' | 'bare';

/** How each system is called in tables. */
export const LABELS: Readonly<Record<SystemName, string>> = {
  ours: 'quotafs',
  engine: 'engine alone',
  memfs: 'memfs',
  'node-vfs': 'node:vfs',
  platformatic: '@platformatic/vfs',
  zenfs: 'ZenFS',
  tmpfs: 'tmpfs',
  bare: 'bare limit',
};

/** Package to import, for the systems that are one. */
export const PACKAGES: Partial<Record<SystemName, string>> = {
  memfs: 'memfs',
  platformatic: '@platformatic/vfs',
  zenfs: '@zenfs/core',
};

const nothing = (): void => {};
const importEntry = (entry: string): Promise<unknown> =>
  import(entry.startsWith('node:') ? entry : pathToFileURL(entry).href);

interface VfsModule {
  create(options?: { moduleHooks: boolean }): Fs;
}

const ours: System = {
  name: 'ours',
  async load(entry) {
    const { createFs } = (await importEntry(entry)) as { createFs(options: { maxQuota: number }): Fs };
    return () => ({ fs: createFs({ maxQuota: 4 * 2 ** 30 }), root: '', drop: nothing });
  },
  async loadVolume(entry) {
    const { MemoryFileSystem } = (await importEntry(entry)) as { MemoryFileSystem: new () => unknown };
    return () => new MemoryFileSystem();
  },
};

/** Not in the tables unless asked for. */
const engine: System = {
  name: 'engine',
  async load(entry) {
    const { makeEngineFs } = (await importEntry(entry)) as { makeEngineFs(maxQuota: number): Fs };
    return () => ({ fs: makeEngineFs(4 * 2 ** 30), root: '', drop: nothing });
  },
};

const memfs: System = {
  name: 'memfs',
  async load(entry) {
    const { memfs: create } = (await importEntry(entry)) as { memfs(): { fs: Fs } };
    return () => ({ fs: create().fs, root: '', drop: nothing });
  },
};

const nodeVfs: System = {
  name: 'node-vfs',
  async load() {
    const { create } = ((await importEntry('node:vfs')) as { default: VfsModule }).default;
    return () => ({ fs: create(), root: '', drop: nothing });
  },
};

const platformatic: System = {
  name: 'platformatic',
  async load(entry) {
    const { create } = (await importEntry(entry)) as VfsModule;
    return () => ({ fs: create({ moduleHooks: false }), root: '', drop: nothing });
  },
};

const zenfs: System = {
  name: 'zenfs',
  async load(entry) {
    const module = (await importEntry(entry)) as {
      fs: Fs;
      InMemory: unknown;
      configureSingle(options: { backend: unknown }): Promise<void>;
    };
    return async () => {
      await module.configureSingle({ backend: module.InMemory });
      return { fs: module.fs, root: '', drop: nothing };
    };
  },
};

const tmpfs: System = {
  name: 'tmpfs',
  async load() {
    return () => {
      const root = realFs.mkdtempSync('/dev/shm/quotafs-bench-');
      return { fs: realFs, root, drop: () => realFs.rmSync(root, { recursive: true, force: true }) };
    };
  },
};

export const SYSTEMS: readonly System[] = [ours, engine, memfs, nodeVfs, platformatic, zenfs, tmpfs];
export const SYSTEM_NAMES: readonly SystemName[] = [...SYSTEMS.map(({ name }) => name), 'bare'];
