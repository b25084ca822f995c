/** Benchmarks: readFile and writeFile of 1 KiB in every form, and open + read + close. */
import type { Fs, Target } from '../systems.js';
import { bytes, type Case, expectEqual, repeat, sink } from './case.js';

const FILES = 512;
const binary = bytes(1024);
const text = 'The quick brown fox jumps over the lazy dog, again and again. '.repeat(17).slice(0, 1024);
const unicode = 'Zażółć gęślą jaźń, 快速的棕色狐狸 🦊. '.repeat(30).slice(0, 512);

type Form = 'sync' | 'callback' | 'promise' | 'promise-64';
type Kind = 'binary' | 'text';

const FORMS: readonly Form[] = ['sync', 'callback', 'promise', 'promise-64'];
const KINDS: readonly Kind[] = ['binary', 'text'];

function fill({ fs, root }: Target, data: string | Buffer): void {
  for (let i = 0; i < FILES; i++) fs.writeFileSync(`${root}/f${i}`, data);
}

/** One after the other, each begun in the callback of the one before. */
function chain(count: number, once: (i: number, done: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (i: number): void => {
      if (i === count) resolve();
      else once(i, (error) => (error ? reject(error) : step(i + 1)));
    };
    step(0);
  });
}

async function alone(count: number, once: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await once(i);
}

async function together(count: number, once: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i += 64) {
    const batch: Promise<unknown>[] = [];
    for (let j = i; j < count && j < i + 64; j++) batch.push(once(j));
    await Promise.all(batch);
  }
}

type Runner = (fs: Fs, root: string, data: string | Buffer) => (count: number) => void | Promise<void>;
const path = (root: string, i: number): string => `${root}/f${i & (FILES - 1)}`;
const optionsFor = (data: string | Buffer): { encoding: 'utf8' | null } => ({
  encoding: typeof data === 'string' ? 'utf8' : null,
});

const readers: Readonly<Record<Form, Runner>> = {
  sync: (fs, root, data) => (count) => {
    const options = optionsFor(data);
    for (let i = 0; i < count; i++) expectEqual(fs.readFileSync(path(root, i), options).length, data.length, 'length');
  },
  callback: (fs, root, data) => {
    const options = optionsFor(data);
    return (count) =>
      chain(count, (i, done) =>
        fs.readFile(path(root, i), options, (error, got) => {
          if (error === null) expectEqual(got.length, data.length, 'length');
          done(error);
        }),
      );
  },
  promise: (fs, root, data) => {
    const options = optionsFor(data);
    return (count) => alone(count, (i) => fs.promises.readFile(path(root, i), options));
  },
  'promise-64': (fs, root, data) => {
    const options = optionsFor(data);
    return (count) => together(count, (i) => fs.promises.readFile(path(root, i), options));
  },
};

const writers: Readonly<Record<Form, Runner>> = {
  sync: (fs, root, data) => (count) => {
    for (let i = 0; i < count; i++) fs.writeFileSync(path(root, i), data);
  },
  callback: (fs, root, data) => (count) => chain(count, (i, done) => fs.writeFile(path(root, i), data, {}, done)),
  promise: (fs, root, data) => (count) => alone(count, (i) => fs.promises.writeFile(path(root, i), data)),
  'promise-64': (fs, root, data) => (count) => together(count, (i) => fs.promises.writeFile(path(root, i), data)),
};

type Store = Map<string, Buffer>;
const filled = (data: string | Buffer): Store => {
  const files: Store = new Map();
  for (let i = 0; i < FILES; i++) files.set(`/f${i}`, Buffer.from(data as string));
  return files;
};

const bareRead = (files: Store, name: string, isText: boolean): number => {
  const stored = files.get(name) as Buffer;
  return isText ? stored.toString('utf8').length : Buffer.from(stored).length;
};

/** The least work in each form: the same copy, delivered the cheapest way Node has. */
function bare(form: Form, once: (i: number) => void): { run(count: number): void | Promise<void> } {
  if (form === 'sync') return repeat(once);
  if (form === 'callback') {
    return {
      run: (count) =>
        chain(count, (i, done) => {
          once(i);
          queueMicrotask(() => done(null));
        }),
    };
  }
  const run = form === 'promise' ? alone : together;
  return {
    run: (count) =>
      run(count, (i) => {
        once(i);
        return Promise.resolve();
      }),
  };
}

function oneForm(kind: Kind, form: Form): Case[] {
  const data = kind === 'text' ? text : binary;
  const read: Case = {
    name: `read-1k-${kind}-${form}`,
    title: `readFile 1 KiB, ${kind}, ${form}`,
    unit: 'µs',
    group: 'Whole files',
    async prepare(fresh) {
      const target = await fresh();
      fill(target, data);
      return { run: readers[form](target.fs, target.root, data), finish: target.drop };
    },
    bare() {
      const files = filled(data);
      return bare(form, (i) => {
        sink.value += bareRead(files, path('', i), kind === 'text');
      });
    },
  };
  const write: Case = {
    name: `write-1k-${kind}-${form}`,
    title: `writeFile 1 KiB, ${kind}, ${form}`,
    unit: 'µs',
    group: 'Whole files',
    async prepare(fresh) {
      const target = await fresh();
      fill(target, data);
      return { run: writers[form](target.fs, target.root, data), finish: target.drop };
    },
    bare() {
      const files = filled(data);
      return bare(form, (i) => {
        files.set(path('', i), Buffer.from(data as string));
      });
    },
  };
  return [read, write];
}

const readUnicode: Case = {
  name: 'read-1k-unicode-sync',
  title: 'readFile 1 KiB of text beyond ASCII, sync',
  unit: 'µs',
  group: 'Whole files',
  async prepare(fresh) {
    const target = await fresh();
    fill(target, unicode);
    return { run: readers.sync(target.fs, target.root, unicode), finish: target.drop };
  },
  bare() {
    const files = filled(unicode);
    return repeat((i) => {
      sink.value += bareRead(files, path('', i), true);
    });
  },
};

const writeRead: Case = {
  name: 'write-read-1k',
  title: 'writeFile + readFile of 1 KiB',
  unit: 'µs',
  group: 'Whole files',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    return repeat((i) => {
      fs.writeFileSync(path(root, i), binary);
      expectEqual(fs.readFileSync(path(root, i)).length, 1024, 'length');
    }, drop);
  },
  bare() {
    const files: Store = new Map();
    return repeat((i) => {
      files.set(path('', i), Buffer.from(binary));
      sink.value += bareRead(files, path('', i), false);
    });
  },
};

const openReadClose: Case = {
  name: 'open-read-close',
  title: 'open + read 100 bytes + close',
  unit: 'µs',
  group: 'Whole files',
  async prepare(fresh) {
    const target = await fresh();
    const { fs, root, drop } = target;
    fill(target, binary.subarray(0, 100));
    const into = Buffer.alloc(100);
    return repeat((i) => {
      const fd = fs.openSync(path(root, i), 'r');
      expectEqual(fs.readSync(fd, into, 0, 100, 0), 100, 'bytes');
      fs.closeSync(fd);
    }, drop);
  },
  bare() {
    const files = filled(binary.subarray(0, 100));
    const into = Buffer.alloc(100);
    return repeat((i) => {
      sink.value += (files.get(path('', i)) as Buffer).copy(into);
    });
  },
};

const combinations = KINDS.flatMap((kind) => FORMS.map((form) => [kind, form] as const));

export const wholeFileCases: readonly Case[] = [
  writeRead,
  openReadClose,
  readUnicode,
  ...combinations.flatMap(([kind, form]) => oneForm(kind, form)),
];
