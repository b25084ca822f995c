/** Benchmarks: appends, copies and streams. */
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { bytes, type Case, expectEqual, freshJob, repeat, sink } from './case.js';

const hundred = bytes(100);
const APPENDS = 100_000;

const appendPath: Case = {
  name: 'append-100k-path',
  title: '100,000 appendFile of 100 bytes, each',
  unit: 'µs',
  group: 'Content',
  prepare: (fresh) => ({
    ...freshJob(fresh, ({ fs, root }) => {
      for (let i = 0; i < APPENDS; i++) fs.appendFileSync(`${root}/log`, hundred);
      expectEqual(fs.statSync(`${root}/log`).size, APPENDS * 100, 'size');
    }),
    per: APPENDS,
  }),
  bare: () => ({
    fixedCount: 1,
    per: APPENDS,
    run() {
      const files = new Map([['/log', { data: Buffer.allocUnsafe(APPENDS * 100), size: 0 }]]);
      for (let i = 0; i < APPENDS; i++) {
        const file = files.get('/log') as { data: Buffer; size: number };
        file.size += hundred.copy(file.data, file.size);
      }
    },
  }),
};

const appendFd: Case = {
  name: 'append-100k-fd',
  title: '100,000 write of 100 bytes to one descriptor, each',
  unit: 'µs',
  group: 'Content',
  prepare: (fresh) => ({
    ...freshJob(fresh, ({ fs, root }) => {
      const fd = fs.openSync(`${root}/log`, 'a');
      for (let i = 0; i < APPENDS; i++) fs.writeSync(fd, hundred, 0, 100, null);
      expectEqual(fs.fstatSync(fd).size, APPENDS * 100, 'size');
      fs.closeSync(fd);
    }),
    per: APPENDS,
  }),
  bare: () => ({
    fixedCount: 1,
    per: APPENDS,
    run() {
      const file = Buffer.allocUnsafe(APPENDS * 100);
      let size = 0;
      for (let i = 0; i < APPENDS; i++) size += hundred.copy(file, size);
      sink.value += size;
    },
  }),
};

const copyCase = (label: string, size: number): Case => ({
  name: `copy-file-${label}`,
  title: `copyFile of ${label}`,
  unit: 'µs',
  group: 'Content',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.writeFileSync(`${root}/from`, bytes(size));
    return repeat((i) => fs.copyFileSync(`${root}/from`, `${root}/to${i & 15}`), drop);
  },
  bare() {
    const files = new Map([['/from', bytes(size)]]);
    return repeat((i) => {
      files.set(`/to${i & 15}`, Buffer.from(files.get('/from') as Buffer));
    });
  },
});

/** Copying a file and then changing one byte: what a shared copy still owes. */
const copyThenWrite: Case = {
  name: 'copy-then-write-1m',
  title: 'copyFile of 1 MiB, then one byte written',
  unit: 'µs',
  group: 'Content',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.writeFileSync(`${root}/from`, bytes(2 ** 20));
    const one = Buffer.from('x');
    return repeat((i) => {
      fs.copyFileSync(`${root}/from`, `${root}/to${i & 15}`);
      const fd = fs.openSync(`${root}/to${i & 15}`, 'r+');
      fs.writeSync(fd, one, 0, 1, 1000);
      fs.closeSync(fd);
    }, drop);
  },
  bare() {
    const files = new Map([['/from', bytes(2 ** 20)]]);
    return repeat((i) => {
      const copy = Buffer.from(files.get('/from') as Buffer);
      copy[1000] = 120;
      files.set(`/to${i & 15}`, copy);
    });
  },
};

const STREAM = 64 * 2 ** 20;

const streams: Case = {
  name: 'stream-to-stream-64m',
  title: '64 MiB from createReadStream to createWriteStream',
  unit: 'ms',
  group: 'Content',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    const chunk = bytes(2 ** 20);
    for (let i = 0; i < 64; i++) fs.appendFileSync(`${root}/in`, chunk);
    return {
      fixedCount: 1,
      async run() {
        await pipeline(fs.createReadStream(`${root}/in`), fs.createWriteStream(`${root}/out`));
        expectEqual(fs.statSync(`${root}/out`).size, STREAM, 'size');
      },
      after: () => fs.unlinkSync(`${root}/out`),
      finish: drop,
    };
  },
  bare() {
    const parts = 1024;
    const source = Array.from({ length: parts }, () => Buffer.alloc(STREAM / parts, 1));
    return {
      fixedCount: 1,
      run() {
        const out: Buffer[] = [];
        for (const part of source) out.push(Buffer.from(Buffer.from(part)));
        expectEqual(out.length, parts, 'chunks');
      },
    };
  },
};

const EVENTS = 1000;

const watch: Case = {
  name: 'watch-1000',
  title: 'watch a directory: 1,000 mkdir, 1,000 events received',
  unit: 'ms',
  group: 'Content',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    let round = 0;
    return {
      fixedCount: 1,
      async run() {
        const base = `${root}/w${round++}`;
        fs.mkdirSync(base);
        let seen = 0;
        const watcher = fs.watch(base, () => {
          if (++seen === EVENTS) watcher.close();
        });
        // memfs and the real fs both need a turn of the loop before a watcher is set up.
        await new Promise((resolve) => setImmediate(resolve));
        const closed = once(watcher, 'close');
        for (let i = 0; i < EVENTS; i++) fs.mkdirSync(`${base}/d${i}`);
        await Promise.race([
          closed,
          new Promise<void>((_, reject) => setTimeout(reject, 5000, new Error(`${seen} events`)).unref()),
        ]);
      },
      finish: drop,
    };
  },
};

export const contentCases: readonly Case[] = [
  appendPath,
  appendFd,
  copyCase('4 KiB', 4096),
  copyCase('1 MiB', 2 ** 20),
  copyThenWrite,
  streams,
  watch,
].map((one) => ({ ...one, name: one.name.replace(' KiB', 'k').replace(' MiB', 'm') }));
