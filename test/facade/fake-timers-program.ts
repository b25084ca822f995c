/**
 * Run as a program of its own: every form of asynchronous call, on the real fs and on ours, while something
 * stands in the place of the timers. Prints what each came to, as JSON.
 */
import nodeFs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { mock } from 'node:test';
import timers from 'node:timers';

const variant = process.argv[2];
const patience = setTimeout;
const dir = nodeFs.mkdtempSync(join(nodeFs.realpathSync(tmpdir()), 'quotafs-timers-'));
const p = (name: string): string => join(dir, name);

let fs: typeof nodeFs = nodeFs;
let ours = nodeFs;
const load = async (): Promise<void> => {
  const { createFs } = await import('../../src/facade/index.js');
  ours = createFs();
};

/** A timer that never comes. */
const never = (): object => ({ ref: never, unref: never, hasRef: () => true });
const names = ['setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask'] as const;
const stubs = Object.fromEntries(names.map((name) => [name, never]));
const replaceAll = (): void => {
  Object.assign(globalThis, stubs);
  const { queueMicrotask: _, ...members } = stubs;
  Object.assign(timers, members);
  syncBuiltinESMExports();
};
const mockAll = (): void => {
  mock.timers.enable({ apis: ['setInterval', 'setImmediate', 'setTimeout'] });
  syncBuiltinESMExports();
};

const variants: Record<string, () => unknown> = {
  'timers replaced after it was loaded': async () => {
    await load();
    replaceAll();
  },
  'timers replaced before it was loaded': async () => {
    replaceAll();
    await load();
  },
  'timers mocked after it was loaded': async () => {
    await load();
    mockAll();
  },
  'timers mocked before it was loaded': async () => {
    mockAll();
    await load();
  },
  'process.nextTick replaced': async () => {
    await load();
    replaceAll();
    process.nextTick = never as typeof process.nextTick;
  },
};

type Done<T> = (error: unknown, value?: T) => void;
const called = <T = unknown>(start: (done: Done<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value as T)));
  });

async function listed(from: AsyncIterable<{ name: string } | string>): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of from) found.push(typeof entry === 'string' ? entry : entry.name);
  return found.sort();
}

const soon = (change: () => void): unknown => patience(change, 30);

const plain: Record<string, () => unknown> = {
  stat: async () => (await called<nodeFs.Stats>((done) => fs.stat(p('f'), done))).size,
  'stat, an error': () => called((done) => fs.stat(p('none'), done)),
  readFile: () => called((done) => fs.readFile(p('f'), 'utf8', done)),
  writeFile: () => called((done) => fs.writeFile(p('w'), 'text', done)),
  rm: () => called((done) => fs.rm(p('w'), { recursive: true }, done)),
  'readdir, recursive': async () =>
    (await called<string[]>((done) => fs.readdir(p('d'), { recursive: true }, done as never))).length,
  mkdtemp: async () => (await called<string>((done) => fs.mkdtemp(p('t'), done))).length - p('t').length,
  exists: () => new Promise((resolve) => fs.exists(p('f'), resolve)),
  'promises.stat': async () => (await fs.promises.stat(p('f'))).size,
  'promises.stat, an error': () => fs.promises.stat(p('none')),
  'promises.readFile, a signal': () =>
    fs.promises.readFile(p('f'), { encoding: 'utf8', signal: new AbortController().signal }),
  'promises.writeFile, pieces': () => fs.promises.writeFile(p('w'), ['a', 'b']),
  'promises.rm': () => fs.promises.rm(p('w'), { recursive: true, maxRetries: 2 }),
  'many awaits': async () => {
    for (let i = 0; i < 50; i++) await fs.promises.access(p('f'));
  },
  'FileHandle#read, close': async () => {
    const file = await fs.promises.open(p('f'));
    const { bytesRead } = await file.read(Buffer.alloc(3));
    await file.close();
    return bytesRead;
  },
  openAsBlob: async () => (await fs.openAsBlob(p('d/x'))).text(),
  watchFile: () =>
    new Promise((resolve) => {
      fs.watchFile(p('none'), { interval: 20 }, ({ size }) => {
        fs.unwatchFile(p('none'));
        resolve(size);
      });
    }),
  watch: () =>
    new Promise((resolve) => {
      const watcher = fs.watch(p('d'), (event) => {
        watcher.close();
        resolve(event);
      });
      soon(() => fs.writeFileSync(p('d/new'), ''));
    }),
};

/** What Node's own classes do by ticks, which a stopped process.nextTick stops in the real fs too. */
const byTicks: Record<string, () => unknown> = {
  cp: () => called((done) => fs.cp(p('d'), p('d2'), { recursive: true }, done)),
  realpath: async () => basename(await called<string>((done) => fs.realpath(p('l'), done))),
  'promises.cp': () => fs.promises.cp(p('d'), p('d3'), { recursive: true }),
  'FileHandle#readLines': async () => listed((await fs.promises.open(p('f'))).readLines()),
  'FileHandle#createReadStream': async () => text((await fs.promises.open(p('f'))).createReadStream()),
  'promises.opendir': async () => listed(await fs.promises.opendir(p('d'))),
  'promises.watch': async () => {
    soon(() => fs.writeFileSync(p('d/newer'), ''));
    for await (const { eventType } of fs.promises.watch(p('d'))) return eventType;
    return undefined;
  },
  createReadStream: () => text(fs.createReadStream(p('f'))),
  pipeline: () => pipeline(fs.createReadStream(p('f')), fs.createWriteStream(p('w2'))),
};

await variants[variant]?.();
const hosted = 'glob' in nodeFs ? { glob: () => called((done) => fs.glob('*', { cwd: p('d') }, done as never)) } : {};
const probes = { ...plain, ...hosted, ...(variant.includes('nextTick') ? {} : byTicks) };

async function outcomesOn(subject: typeof nodeFs): Promise<object> {
  fs = subject;
  fs.mkdirSync(p('d'), { recursive: true });
  fs.writeFileSync(p('f'), 'one\ntwo');
  fs.writeFileSync(p('d/x'), 'x');
  fs.symlinkSync('f', p('l'));
  const outcomes: Record<string, unknown> = {};
  for (const [name, run] of Object.entries(probes)) {
    // The patience of each keeps the process alive.
    const late = new Promise((resolve) => patience(resolve, 20_000, 'hangs'));
    const outcome = Promise.resolve()
      .then(run)
      .catch((error: Error) => error.message.replaceAll(dir, ''));
    outcomes[name] = (await Promise.race([outcome, late])) ?? 'done';
  }
  return outcomes;
}

const results = { real: await outcomesOn(nodeFs), ours: await outcomesOn(ours) };
nodeFs.rmSync(dir, { recursive: true });
nodeFs.writeSync(1, JSON.stringify(results));
process.exit(0);
