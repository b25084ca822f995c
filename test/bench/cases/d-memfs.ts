/**
 * Benchmarks: the six cases of D-MemFS's own suite, with its sizes, so that its
 * published ratios to a RAM disk can stand beside ours. Writes name offset and
 * length, because node:vfs writes nothing without them.
 */
import { bytes, type Case, expectEqual, freshJob, randomIndex, repeat } from './case.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const fourKib = bytes(4 * KIB);
const chunk64 = bytes(64 * KIB);

const smallFiles: Case = {
  name: 'small-files',
  title: '300 files of 4 KiB, written and read',
  unit: 'ms',
  group: 'D-MemFS',
  prepare: (fresh) =>
    freshJob(fresh, ({ fs, root }) => {
      let total = 0;
      for (let i = 0; i < 300; i++) fs.writeFileSync(`${root}/f${i}.bin`, fourKib);
      for (let i = 0; i < 300; i++) total += fs.readFileSync(`${root}/f${i}.bin`).length;
      expectEqual(total, 300 * 4 * KIB, 'bytes read');
    }),
  bare: () => ({
    fixedCount: 1,
    run() {
      const files = new Map<string, Buffer>();
      let total = 0;
      for (let i = 0; i < 300; i++) files.set(`/f${i}.bin`, Buffer.from(fourKib));
      for (let i = 0; i < 300; i++) total += Buffer.from(files.get(`/f${i}.bin`) as Buffer).length;
      expectEqual(total, 300 * 4 * KIB, 'bytes read');
    },
  }),
};

const stream16: Case = {
  name: 'stream-16m',
  title: '16 MiB in writes of 64 KiB, read whole',
  unit: 'ms',
  group: 'D-MemFS',
  prepare: (fresh) =>
    freshJob(fresh, ({ fs, root }) => {
      const fd = fs.openSync(`${root}/stream.bin`, 'w');
      for (let i = 0; i < 256; i++) fs.writeSync(fd, chunk64, 0, chunk64.length, null);
      fs.closeSync(fd);
      expectEqual(fs.readFileSync(`${root}/stream.bin`).length, 16 * MIB, 'bytes read');
    }),
  bare: () => ({
    fixedCount: 1,
    run() {
      const chunks: Buffer[] = [];
      for (let i = 0; i < 256; i++) chunks.push(Buffer.from(chunk64));
      expectEqual(Buffer.concat(chunks).length, 16 * MIB, 'bytes read');
    },
  }),
};

const randomAccess: Case = {
  name: 'random-access',
  title: '16 MiB written, 256 random overwrites of 64 KiB, read whole',
  unit: 'ms',
  group: 'D-MemFS',
  prepare: (fresh) =>
    freshJob(fresh, ({ fs, root }) => {
      const next = randomIndex();
      const out = fs.openSync(`${root}/random.bin`, 'w');
      for (let i = 0; i < 256; i++) fs.writeSync(out, chunk64, 0, chunk64.length, null);
      fs.closeSync(out);
      const fd = fs.openSync(`${root}/random.bin`, 'r+');
      for (let i = 0; i < 256; i++) fs.writeSync(fd, chunk64, 0, chunk64.length, next(16 * MIB - 64 * KIB));
      fs.closeSync(fd);
      expectEqual(fs.readFileSync(`${root}/random.bin`).length, 16 * MIB, 'bytes read');
    }),
  bare: () => ({
    fixedCount: 1,
    run() {
      const next = randomIndex();
      const file = Buffer.allocUnsafe(16 * MIB);
      for (let i = 0; i < 256; i++) chunk64.copy(file, i * 64 * KIB);
      for (let i = 0; i < 256; i++) chunk64.copy(file, next(16 * MIB - 64 * KIB));
      expectEqual(Buffer.from(file).length, 16 * MIB, 'bytes read');
    },
  }),
};

const chunk1m = bytes(MIB);

const stream512: Case = {
  name: 'stream-512m',
  title: '512 MiB in writes of 1 MiB, read back in 1 MiB',
  unit: 'ms',
  group: 'D-MemFS',
  prepare: (fresh) =>
    freshJob(fresh, ({ fs, root }) => {
      const out = fs.openSync(`${root}/large.bin`, 'w');
      for (let i = 0; i < 512; i++) fs.writeSync(out, chunk1m, 0, MIB, null);
      fs.closeSync(out);
      const target = Buffer.allocUnsafe(MIB);
      const fd = fs.openSync(`${root}/large.bin`, 'r');
      let total = 0;
      for (let n = fs.readSync(fd, target, 0, MIB, null); n > 0; n = fs.readSync(fd, target, 0, MIB, null)) total += n;
      fs.closeSync(fd);
      expectEqual(total, 512 * MIB, 'bytes read');
    }),
  bare: () => ({
    fixedCount: 1,
    run() {
      const chunks: Buffer[] = [];
      for (let i = 0; i < 512; i++) chunks.push(Buffer.from(chunk1m));
      const target = Buffer.allocUnsafe(MIB);
      let total = 0;
      for (const chunk of chunks) total += chunk.copy(target);
      expectEqual(total, 512 * MIB, 'bytes read');
    },
  }),
};

const manyFiles: Case = {
  name: 'many-files',
  title: '10,000 files of 4 KiB written, 10,000 random ones read',
  unit: 'ms',
  group: 'D-MemFS',
  prepare: (fresh) =>
    freshJob(fresh, ({ fs, root }) => {
      const next = randomIndex();
      let total = 0;
      for (let i = 0; i < 10_000; i++) fs.writeFileSync(`${root}/f${i}.bin`, fourKib);
      for (let i = 0; i < 10_000; i++) total += fs.readFileSync(`${root}/f${next(10_000)}.bin`).length;
      expectEqual(total, 10_000 * 4 * KIB, 'bytes read');
    }),
  bare: () => ({
    fixedCount: 1,
    run() {
      const next = randomIndex();
      const files = new Map<string, Buffer>();
      let total = 0;
      for (let i = 0; i < 10_000; i++) files.set(`/f${i}.bin`, Buffer.from(fourKib));
      for (let i = 0; i < 10_000; i++) total += Buffer.from(files.get(`/f${next(10_000)}.bin`) as Buffer).length;
      expectEqual(total, 10_000 * 4 * KIB, 'bytes read');
    },
  }),
};

const randomReads: Case = {
  name: 'random-reads',
  title: 'random readFile of one of 10,000 files of 4 KiB',
  unit: 'µs',
  group: 'D-MemFS',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    for (let i = 0; i < 10_000; i++) fs.writeFileSync(`${root}/f${i}.bin`, fourKib);
    const next = randomIndex();
    return repeat(
      () => expectEqual(fs.readFileSync(`${root}/f${next(10_000)}.bin`).length, 4 * KIB, 'bytes read'),
      drop,
    );
  },
  bare() {
    const files = new Map<string, Buffer>();
    for (let i = 0; i < 10_000; i++) files.set(`/f${i}.bin`, Buffer.from(fourKib));
    const next = randomIndex();
    return repeat(() =>
      expectEqual(Buffer.from(files.get(`/f${next(10_000)}.bin`) as Buffer).length, 4 * KIB, 'bytes read'),
    );
  },
};

const deepPath = Array.from({ length: 50 }, (_, i) => `/d${i}`).join('');
const kib = bytes(KIB);

const deepTree: Case = {
  name: 'deep-tree',
  title: '1,000 reads of 1 KiB below 50 directories',
  unit: 'ms',
  group: 'D-MemFS',
  async prepare(fresh) {
    const { fs, root, drop } = await fresh();
    fs.mkdirSync(root + deepPath, { recursive: true });
    fs.writeFileSync(`${root}${deepPath}/file.bin`, kib);
    return {
      fixedCount: 1,
      run() {
        let total = 0;
        for (let i = 0; i < 1000; i++) total += fs.readFileSync(`${root}${deepPath}/file.bin`).length;
        expectEqual(total, 1000 * KIB, 'bytes read');
      },
      finish: drop,
    };
  },
  bare() {
    const files = new Map([[`${deepPath}/file.bin`, kib]]);
    return {
      fixedCount: 1,
      run() {
        let total = 0;
        for (let i = 0; i < 1000; i++) total += Buffer.from(files.get(`${deepPath}/file.bin`) as Buffer).length;
        expectEqual(total, 1000 * KIB, 'bytes read');
      },
    };
  },
};

export const dMemfsCases: readonly Case[] = [
  smallFiles,
  stream16,
  randomAccess,
  stream512,
  manyFiles,
  randomReads,
  deepTree,
];
