/**
 * 512 MiB through import and export, against the format's library alone in the same process, in turns; the best of three
 * rounds counts. Not part of `npm test`:
 *
 *     node --expose-gc --import tsx test/bench/archives.ts [MiB]
 *
 * Unpacking is measured against node-tar's parser and yauzl as a program uses them that keeps the files in a Map: an
 * import keeps them, too, and to touch new memory for the first time may cost as much as all the rest. What the same
 * libraries do when the contents are thrown away is told beside it. Packing is measured against nanotar, fflate, and zlib
 * alone where packing is compression. Below half the speed of any of them (but for what is thrown away) it fails. In
 * brackets: the same by processor time, which other programs on the machine disturb less.
 */
import { setImmediate } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { zipSync } from 'fflate';
import { createTar } from 'nanotar';
import { Parser } from 'tar';
import yauzl from 'yauzl';
import { exportArchive, exportArchiveStream, importArchive } from '../../src/adapters/archive/index.js';
import { createFs } from '../../src/facade/index.js';

const MIB = 1024 * 1024;
const total = Number(process.argv[2] ?? 512);
/** Half in files of 8 MiB, half in files of 16 KiB. */
const LARGE = 8 * MIB;
const SMALL = 16 * 1024;

/** Bytes that pack to about a third, as text does. */
function content(): Buffer {
  const words = Array.from({ length: 4096 }, (_, n) => `${((n * 2654435761) >>> 0).toString(36)} `);
  const text: string[] = [];
  let state = 1;
  for (let length = 0; length < LARGE + SMALL * 64; ) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const word = words[(state >>> 8) % words.length] ?? '';
    text.push(word);
    length += word.length;
  }
  return Buffer.from(text.join(''));
}

function source() {
  const fs = createFs({ maxQuota: (total + 64) * MIB });
  const bytes = content();
  fs.mkdirSync('/large');
  fs.mkdirSync('/small');
  for (let n = 0; n * LARGE < (total / 2) * MIB; n++) fs.writeFileSync(`/large/${n}`, bytes.subarray(0, LARGE));
  for (let n = 0; n * SMALL < (total / 2) * MIB; n++) {
    if (n % 1000 === 0) fs.mkdirSync(`/small/${n / 1000}`);
    fs.writeFileSync(`/small/${Math.floor(n / 1000)}/${n}`, bytes.subarray((n % 64) * SMALL, (n % 64) * SMALL + SMALL));
  }
  return fs;
}

/** The files of a tar archive by node-tar's parser; empty when their contents are not kept. */
function tarAlone(chunks: Iterable<Buffer> | AsyncIterable<Buffer>, keep = true): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    const files = new Map<string, Buffer>();
    const parser = new Parser({
      onReadEntry: (entry) => {
        if (!keep) {
          entry.resume();
          return;
        }
        const pieces: Buffer[] = [];
        entry.on('data', (piece: Buffer) => pieces.push(piece));
        entry.on('end', () => files.set(entry.path, Buffer.concat(pieces)));
      },
    });
    parser.on('end', () => resolve(files));
    parser.on('error', reject);
    const feed = async (): Promise<void> => {
      for await (const chunk of chunks) parser.write(chunk);
      parser.end();
    };
    feed().catch(reject);
  });
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += MIB) yield bytes.subarray(at, at + MIB);
}

/** The files of a zip archive by yauzl; empty when their contents are not kept. */
async function zipAlone(archive: Buffer, keep = true): Promise<Map<string, Buffer>> {
  const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const pieces: Buffer[] = [];
    for await (const piece of await zip.openReadStreamPromise(entry)) if (keep) pieces.push(piece);
    if (keep) files.set(entry.fileName, Buffer.concat(pieces));
  }
  return files;
}

async function* through(
  bytes: Buffer,
  transform: NodeJS.ReadWriteStream & AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  transform.end(bytes);
  yield* transform;
}

type Task = () => Promise<unknown>;

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** In seconds. */
async function costOf(task: Task): Promise<Cost> {
  globalThis.gc?.();
  await setImmediate();
  const [start, used] = [performance.now(), process.cpuUsage()];
  await task();
  const { user, system } = process.cpuUsage(used);
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

const THROWN_AWAY = 'thrown away';

async function compare(name: string, ours: Task, libraries: Readonly<Record<string, Task>>): Promise<boolean> {
  const tasks = Object.entries({ ours, ...libraries });
  const best = new Map<string, Cost>(tasks.map(([who]) => [who, { wall: Infinity, cpu: Infinity }]));
  for (let round = 0; round < 3; round++) {
    for (const [who, task] of tasks) {
      const [cost, before] = [await costOf(task), best.get(who) as Cost];
      best.set(who, { wall: Math.min(cost.wall, before.wall), cpu: Math.min(cost.cpu, before.cpu) });
    }
  }
  const own = best.get('ours') as Cost;
  const against = Object.keys(libraries).map((who) => {
    const alone = best.get(who) as Cost;
    return { who, speed: total / alone.wall, ratio: alone.wall / own.wall, cpu: alone.cpu / own.cpu };
  });
  const text = against.map(
    ({ who, speed, ratio, cpu }) => `${ratio.toFixed(2)} (${cpu.toFixed(2)}) of ${who}, ${speed.toFixed(0)}`,
  );
  console.log(`${name.padEnd(20)} ${(total / own.wall).toFixed(0).padStart(5)} MiB/s   ${text.join('; ')}`);
  return against.every(({ who, ratio }) => who.endsWith(THROWN_AWAY) || ratio >= 0.5);
}

/** The most memory beside the volume and the archive while a stream runs. */
async function peakBeside(run: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }, 5);
  await run();
  clearInterval(timer);
  return peak;
}

async function drain(stream: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const piece of stream) bytes += piece.length;
  return bytes;
}

const fs = source();
const quota = (total + 64) * MIB;
const into = (archive: Buffer) => async () => importArchive(createFs({ maxQuota: quota }), archive);
const results: boolean[] = [];

const tar = await exportArchive(fs, '/', { format: 'tar' });
results.push(
  await compare('import tar', into(tar), {
    'node-tar, kept': () => tarAlone(slices(tar)),
    [`node-tar, ${THROWN_AWAY}`]: () => tarAlone(slices(tar), false),
  }),
);
const gzip = await exportArchive(fs, '/', { format: 'tar.gz', level: 1 });
results.push(
  await compare('import tar.gz', into(gzip), {
    'node-tar, kept': () => tarAlone(through(gzip, zlib.createGunzip())),
    [`node-tar, ${THROWN_AWAY}`]: () => tarAlone(through(gzip, zlib.createGunzip()), false),
  }),
);
const files = [...(await tarAlone(slices(tar)))].map(([name, data]) => ({ name, data: new Uint8Array(data) }));
results.push(
  await compare('export tar', () => exportArchive(fs, '/', { format: 'tar' }), {
    nanotar: async () => createTar(files),
  }),
);
const byName = Object.fromEntries(files.map(({ name, data }) => [name, data]));
results.push(
  await compare('export zip, stored', () => exportArchive(fs, '/', { format: 'zip', level: 0 }), {
    fflate: async () => zipSync(byName, { level: 0 }),
  }),
);
results.push(
  await compare('export zip, deflated', () => exportArchive(fs, '/', { format: 'zip', level: 1 }), {
    fflate: async () => zipSync(byName, { level: 1 }),
    'zlib, file by file': async () => files.map(({ data }) => zlib.deflateRawSync(data, { level: 1 })),
  }),
);
files.length = 0;
for (const name of Object.keys(byName)) delete byName[name];
results.push(
  await compare('export tar.gz', () => exportArchive(fs, '/', { format: 'tar.gz', level: 1 }), {
    'zlib, of the tar': () => drain(through(tar, zlib.createGzip({ level: 1 }))),
  }),
);
for (const [what, level] of [
  ['stored', 0],
  ['deflated', 1],
] as const) {
  const zip = await exportArchive(fs, '/', { format: 'zip', level });
  results.push(
    await compare(`import zip, ${what}`, into(zip), {
      'yauzl, kept': () => zipAlone(zip),
      [`yauzl, ${THROWN_AWAY}`]: () => zipAlone(zip, false),
    }),
  );
}
for (const format of ['tar', 'tar.gz', 'zip'] as const) {
  const peak = await peakBeside(() => drain(exportArchiveStream(fs, '/', { format, level: 1 })));
  console.log(`export ${format} as a stream: at most ${(peak / MIB).toFixed(1)} MiB of buffers, living and dead`);
}
if (results.includes(false)) process.exitCode = 1;
