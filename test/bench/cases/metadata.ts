/** Benchmarks: names and attributes, each with a path string made anew, as programs do. */

import type { Target } from '../systems.js';
import { type Case, expectEqual, repeat, sink } from './case.js';

const FILES = 1024;
const MASK = FILES - 1;

function fill({ fs, root }: Target): void {
  fs.mkdirSync(`${root}/dir`);
  for (let i = 0; i < FILES; i++) fs.writeFileSync(`${root}/dir/f${i}`, '');
}

const bareFiles = (): Map<string, number> => new Map(Array.from({ length: FILES }, (_, i) => [`/dir/f${i}`, i]));

interface Question {
  readonly name: string;
  readonly title: string;
  readonly ask: (target: Target, i: number) => number;
  readonly answer: number;
  readonly bare: (files: Map<string, number>, i: number) => number;
}

const questions: readonly Question[] = [
  {
    name: 'stat-hit',
    title: 'stat, the path a new string each time',
    ask: ({ fs, root }, i) => fs.statSync(`${root}/dir/f${i & MASK}`).size,
    answer: 0,
    bare: (files, i) => ((files.get(`/dir/f${i & MASK}`) as number) >= 0 ? 0 : 1),
  },
  {
    name: 'stat-miss',
    title: 'stat of what is not there, throwIfNoEntry: false',
    ask: ({ fs, root }, i) =>
      fs.statSync(`${root}/dir/g${i & MASK}`, { throwIfNoEntry: false }) === undefined ? 0 : 1,
    answer: 0,
    bare: (files, i) => (files.get(`/dir/g${i & MASK}`) === undefined ? 0 : 1),
  },
  {
    name: 'stat-throw',
    title: 'stat of what is not there, the error caught',
    ask({ fs, root }, i) {
      try {
        return fs.statSync(`${root}/dir/g${i & MASK}`).size;
      } catch {
        return -1;
      }
    },
    answer: -1,
    bare(files, i) {
      try {
        if (!files.has(`/dir/g${i & MASK}`)) throw new Error('no such file');
        return 0;
      } catch {
        return -1;
      }
    },
  },
  {
    name: 'exists-hit',
    title: 'exists, hit',
    ask: ({ fs, root }, i) => (fs.existsSync(`${root}/dir/f${i & MASK}`) ? 1 : 0),
    answer: 1,
    bare: (files, i) => (files.has(`/dir/f${i & MASK}`) ? 1 : 0),
  },
  {
    name: 'exists-miss',
    title: 'exists, miss',
    ask: ({ fs, root }, i) => (fs.existsSync(`${root}/dir/g${i & MASK}`) ? 1 : 0),
    answer: 0,
    bare: (files, i) => (files.has(`/dir/g${i & MASK}`) ? 1 : 0),
  },
];

const questionCases: readonly Case[] = questions.map(({ name, title, ask, answer, bare }) => ({
  name,
  title,
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const target = await fresh();
    fill(target);
    return repeat((i) => expectEqual(ask(target, i), answer, name), target.drop);
  },
  bare() {
    const files = bareFiles();
    return repeat((i) => expectEqual(bare(files, i), answer, name));
  },
}));

const DEEP = '/a/b/c/d/e/f/g/h';

const lookupDeep: Case = {
  name: 'stat-deep-8',
  title: 'stat through 8 directories',
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.mkdirSync(root + DEEP, { recursive: true });
    for (let i = 0; i < 64; i++) fs.writeFileSync(`${root}${DEEP}/f${i}`, '');
    return repeat((i) => {
      sink.value += fs.statSync(`${root}${DEEP}/f${i & 63}`).size;
    }, drop);
  },
  bare() {
    const files = new Map(Array.from({ length: 64 }, (_, i) => [`${DEEP}/f${i}`, i]));
    return repeat((i) => {
      sink.value += files.get(`${DEEP}/f${i & 63}`) as number;
    });
  },
};

const lookupLinks: Case = {
  name: 'stat-symlinks-3',
  title: 'stat through 3 symbolic links',
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.mkdirSync(`${root}/real/inner`, { recursive: true });
    fs.symlinkSync(`${root}/real`, `${root}/one`);
    fs.symlinkSync(`${root}/one`, `${root}/two`);
    fs.symlinkSync(`${root}/two/inner`, `${root}/three`);
    for (let i = 0; i < 64; i++) fs.writeFileSync(`${root}/real/inner/f${i}`, '');
    return repeat((i) => {
      sink.value += fs.statSync(`${root}/three/f${i & 63}`).size;
    }, drop);
  },
};

const fstatLarge: Case = {
  name: 'fstat-8mib',
  title: 'fstat of an open file of 8 MiB',
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    const size = 8 * 2 ** 20;
    fs.writeFileSync(`${root}/large`, Buffer.alloc(size, 1));
    const fd = fs.openSync(`${root}/large`, 'r');
    expectEqual(fs.fstatSync(fd).size, size, 'size');
    return repeat(
      () => {
        sink.value += fs.fstatSync(fd).size;
      },
      () => {
        fs.closeSync(fd);
        return drop();
      },
    );
  },
};

const realpathDeep: Case = {
  name: 'realpath-8',
  title: 'realpath through 8 directories',
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.mkdirSync(root + DEEP, { recursive: true });
    for (let i = 0; i < 64; i++) fs.writeFileSync(`${root}${DEEP}/f${i}`, '');
    return repeat((i) => {
      sink.value += fs.realpathSync(`${root}${DEEP}/f${i & 63}`).length;
    }, drop);
  },
};

const readdirCase = (withFileTypes: boolean): Case => ({
  name: withFileTypes ? 'readdir-1000-types' : 'readdir-1000',
  title: `readdir of 1,000 files${withFileTypes ? ', withFileTypes' : ''}`,
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.mkdirSync(`${root}/dir`);
    for (let i = 0; i < 1000; i++) fs.writeFileSync(`${root}/dir/file-${i}.txt`, '');
    return repeat(() => {
      const found = withFileTypes
        ? fs.readdirSync(`${root}/dir`, { withFileTypes: true })
        : fs.readdirSync(`${root}/dir`);
      expectEqual(found.length, 1000, 'entries');
    }, drop);
  },
  bare() {
    const names = Array.from({ length: 1000 }, (_, i) => `file-${i}.txt`);
    return repeat(() => {
      const found = withFileTypes ? names.map((name) => ({ name, parentPath: '/dir', type: 1 })) : names.slice();
      expectEqual(found.length, 1000, 'entries');
    });
  },
});

const renameFile: Case = {
  name: 'rename-file',
  title: 'rename of a file',
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const target = await fresh();
    fill(target);
    const { fs, root, drop } = target;
    return repeat((i) => {
      const [from, to] = Math.floor(i / FILES) % 2 === 0 ? ['f', 'g'] : ['g', 'f'];
      fs.renameSync(`${root}/dir/${from}${i & MASK}`, `${root}/dir/${to}${i & MASK}`);
    }, drop);
  },
  bare() {
    const files = bareFiles();
    return repeat((i) => {
      const [from, to] = Math.floor(i / FILES) % 2 === 0 ? ['f', 'g'] : ['g', 'f'];
      const old = `/dir/${from}${i & MASK}`;
      const value = files.get(old) as number;
      files.delete(old);
      files.set(`/dir/${to}${i & MASK}`, value);
    });
  },
};

const renameDirectory: Case = {
  name: 'rename-directory',
  title: 'rename of a directory with 10,000 files',
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.mkdirSync(`${root}/a0`);
    for (let i = 0; i < 10_000; i++) fs.writeFileSync(`${root}/a0/f${i}`, '');
    return repeat((i) => fs.renameSync(`${root}/a${i}`, `${root}/a${i + 1}`), drop);
  },
  bare() {
    const directories = new Map([['/a0', 1]]);
    return repeat((i) => {
      directories.delete(`/a${i}`);
      directories.set(`/a${i + 1}`, 1);
    });
  },
};

const createUnlink: Case = {
  name: 'create-unlink',
  title: 'create an empty file and unlink it',
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    return repeat((i) => {
      fs.writeFileSync(`${root}/f${i}`, '');
      fs.unlinkSync(`${root}/f${i}`);
    }, drop);
  },
  bare() {
    const files = new Map<string, number>();
    return repeat((i) => {
      files.set(`/f${i}`, i);
      files.delete(`/f${i}`);
    });
  },
};

const mkdirRmdir: Case = {
  name: 'mkdir-rmdir',
  title: 'mkdir and rmdir',
  unit: 'µs',
  group: 'Metadata',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    return repeat((i) => {
      fs.mkdirSync(`${root}/d${i}`);
      fs.rmdirSync(`${root}/d${i}`);
    }, drop);
  },
};

export const metadataCases: readonly Case[] = [
  ...questionCases,
  lookupDeep,
  lookupLinks,
  fstatLarge,
  realpathDeep,
  readdirCase(false),
  readdirCase(true),
  renameFile,
  renameDirectory,
  createUnlink,
  mkdirRmdir,
];
