/** Benchmarks: whole trees of 10,000 files, volumes, and a tree that grows to a million files. */

import type { Target } from '../systems.js';
import { type Case, expectEqual, freshJob, makeTree, repeat, sink } from './case.js';

const ENTRIES = 10_100;

const readdirRecursive: Case = {
  name: 'readdir-recursive-10k',
  title: 'readdir recursive over 10,000 files',
  unit: 'ms',
  group: 'Trees',
  async prepare(fresh) {
    const target = await fresh();
    makeTree(target, '/tree');
    const { fs, root, drop } = target;
    return repeat(
      () => expectEqual(fs.readdirSync(`${root}/tree`, { recursive: true }).length, ENTRIES, 'entries'),
      drop,
    );
  },
  bare() {
    const names = Array.from({ length: ENTRIES }, (_, i) => `dir${i % 100}/file${i}.txt`);
    return repeat(() => expectEqual(names.map((name) => `${name}`).length, ENTRIES, 'entries'));
  },
};

const rmRecursive: Case = {
  name: 'rm-recursive-10k',
  title: 'rm recursive of 10,000 files',
  unit: 'ms',
  group: 'Trees',
  prepare: (fresh) =>
    freshJob(
      fresh,
      ({ fs, root }) => fs.rmSync(`${root}/tree`, { recursive: true }),
      (target) => makeTree(target, '/tree'),
    ),
  bare() {
    const files = new Map<string, number>();
    return {
      fixedCount: 1,
      before() {
        for (let i = 0; i < ENTRIES; i++) files.set(`/tree/dir${i % 100}/file${i}.txt`, i);
      },
      run() {
        for (const name of files.keys()) files.delete(name);
      },
    };
  },
};

const cpRecursive: Case = {
  name: 'cp-recursive-10k',
  title: 'cp recursive of 10,000 files',
  unit: 'ms',
  group: 'Trees',
  prepare: (fresh) =>
    freshJob(
      fresh,
      ({ fs, root }) => {
        fs.cpSync(`${root}/tree`, `${root}/copy`, { recursive: true });
        expectEqual(fs.readdirSync(`${root}/copy/dir99`).length, 100, 'entries');
      },
      (target) => makeTree(target, '/tree'),
    ),
  bare() {
    const files = new Map<string, Buffer>();
    for (let i = 0; i < ENTRIES; i++) files.set(`/tree/dir${i % 100}/file${i}.txt`, Buffer.from('content'));
    return {
      fixedCount: 1,
      run() {
        const copy = new Map<string, Buffer>();
        for (const [name, data] of files) copy.set(`/copy${name.slice(5)}`, Buffer.from(data));
        sink.value += copy.size;
      },
    };
  },
};

const glob: Case = {
  name: 'glob-10k',
  title: 'glob **/*5.txt over 10,000 files',
  unit: 'ms',
  group: 'Trees',
  async prepare(fresh) {
    const target = await fresh();
    makeTree(target, '/tree');
    const { fs, root, drop } = target;
    return repeat(() => expectEqual(fs.globSync('**/*5.txt', { cwd: `${root}/tree` }).length, 1000, 'matches'), drop);
  },
};

const opendirWalk: Case = {
  name: 'opendir-1000',
  title: 'opendir, 1,000 readSync, close',
  unit: 'ms',
  group: 'Trees',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.mkdirSync(`${root}/dir`);
    for (let i = 0; i < 1000; i++) fs.writeFileSync(`${root}/dir/file-${i}.txt`, '');
    return repeat(() => {
      const dir = fs.opendirSync(`${root}/dir`);
      let seen = 0;
      while (dir.readSync() !== null) seen++;
      dir.closeSync();
      expectEqual(seen, 1000, 'entries');
    }, drop);
  },
};

const volume: Case = {
  name: 'volume',
  title: 'create a volume, write and read one file, drop it',
  unit: 'µs',
  group: 'Trees',
  async prepare(fresh) {
    const use = ({ fs, root }: Target): void => {
      fs.writeFileSync(`${root}/file`, 'content');
      expectEqual(fs.readFileSync(`${root}/file`, 'utf8').length, 7, 'length');
    };
    return {
      async run(count) {
        for (let i = 0; i < count; i++) {
          // Awaiting what needs no waiting would cost more than the volume.
          const made = fresh();
          const target = made instanceof Promise ? await made : made;
          use(target);
          target.drop();
        }
      },
    };
  },
  bare: () => ({
    run(count) {
      for (let i = 0; i < count; i++) {
        const files = new Map([['/file', Buffer.from('content')]]);
        sink.value += (files.get('/file') as Buffer).toString('utf8').length;
      }
    },
  }),
};

const volumeOnly: Case = {
  name: 'volume-new',
  title: 'create a volume and drop it',
  unit: 'µs',
  group: 'Trees',
  async prepare(fresh) {
    return {
      async run(count) {
        for (let i = 0; i < count; i++) {
          const made = fresh();
          const target = made instanceof Promise ? await made : made;
          target.drop();
        }
      },
    };
  },
};

export const treeCases: readonly Case[] = [
  readdirRecursive,
  rmRecursive,
  cpRecursive,
  glob,
  opendirWalk,
  volume,
  volumeOnly,
];
