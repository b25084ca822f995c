/** Quota truth: what is open or waiting: descriptors, handles, streams, watchers with unread events, copies that fail half-way. */
import { inThousands, type Workload } from '../env.js';
import { fillUp, POOL, part } from '../parts.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const openUnlinked: Workload = {
  name: 'open-unlinked',
  about: 'files of 1,000 bytes unlinked while open',
  portable: true,
  written: true,
  run(env) {
    env.fill(() => {
      const fd = env.fs.openSync('/gone', 'w');
      env.keepNumber(fd);
      try {
        env.fs.writeSync(fd, POOL, 0, 1000);
      } finally {
        env.fs.unlinkSync('/gone');
      }
    });
  },
  release: (env) => env.closeNumbers(),
};

const descriptorsOne: Workload = {
  name: 'descriptors-one-file',
  about: 'one file opened again and again',
  portable: true,
  run(env) {
    env.fs.writeFileSync('/file', 'x');
    env.fill(() => env.keepNumber(env.fs.openSync('/file', 'r')));
  },
  release: (env) => env.closeNumbers(),
};

const descriptorsMany: Workload = {
  name: 'descriptors-many-files',
  about: 'empty files made and left open',
  portable: true,
  run: (env) => void env.fill((i) => env.keepNumber(env.fs.openSync(inThousands(env, i), 'w'))),
  release: (env) => env.closeNumbers(),
};

const descriptorChurn: Workload = {
  name: 'descriptors-churn',
  about: 'descriptors opened by the thousand, every second one closed, on a volume that is nearly full',
  portable: true,
  run(env) {
    env.fs.writeFileSync('/file', 'x');
    env.fill((i) => env.fs.writeFileSync(`/f${i}`, part(4000)), Math.floor(env.quota / 2 / 4200));
    env.fill((i) => {
      const fd = env.fs.openSync('/file', 'r');
      if (i % 2 === 0) env.fs.closeSync(fd);
      else env.keepNumber(fd);
    });
  },
  release: (env) => env.closeNumbers(),
};

const directoryHandles: Workload = {
  name: 'directory-handles',
  about: 'opendir of a directory of 1,000 files, one entry read, left open',
  portable: true,
  run(env) {
    env.fs.mkdirSync('/dir');
    for (let i = 0; i < 1000; i++) env.fs.writeFileSync(`/dir/${i}`, '');
    env.fill(() => {
      const dir = env.fs.opendirSync('/dir');
      env.keep(dir);
      dir.readSync();
    }, 500_000);
  },
  release: (env) => env.releaseObjects((dir: { closeSync(): void }) => dir.closeSync()),
};

const directoryHandlesRead: Workload = {
  name: 'directory-handles-buffered',
  about: 'opendir with a large buffer, read once by promise, left open',
  portable: true,
  async run(env) {
    env.fs.mkdirSync('/dir');
    for (let i = 0; i < 1000; i++) env.fs.writeFileSync(`/dir/${i}`, '');
    await env.fillAsync(async () => {
      const dir = await env.fs.promises.opendir('/dir', { bufferSize: 500 });
      env.keep(dir);
      await dir.read();
    }, 100_000);
  },
  release: (env) => env.releaseObjects((dir: { close(): Promise<void> }) => dir.close()),
};

const fileHandles: Workload = {
  name: 'file-handles',
  about: 'FileHandles of fs.promises left open',
  portable: true,
  run: (env) =>
    env.fillAsync(async (i) => env.keep(await env.fs.promises.open(`/f${i % 100}`, 'a')), 300_000).then(() => {}),
  release: (env) => env.releaseObjects((handle: { close(): Promise<void> }) => handle.close()),
};

const writeStreams: Workload = {
  name: 'write-streams-abandoned',
  about: 'write streams given 10,000 bytes and neither ended nor kept',
  portable: true,
  endless: true,
  written: true,
  run: (env) =>
    env
      .fillAsync(async (i) => {
        const stream = env.fs.createWriteStream(`/s${i}`);
        stream.on('open', (fd) => env.keepNumber(fd));
        await new Promise<void>((resolve, reject) => {
          stream.on('error', reject);
          stream.write(part(10_000), (error) => (error ? reject(error) : resolve()));
        });
      }, 20_000)
      .then(() => {}),
  async release(env) {
    await turn();
    env.closeNumbers();
  },
};

const readStreams: Workload = {
  name: 'read-streams-abandoned',
  about: 'read streams of a large file, one chunk read, neither closed nor kept',
  portable: true,
  endless: true,
  run(env) {
    env.fs.writeFileSync('/file', part(Math.min(POOL.length, env.quota / 4)));
    return env
      .fillAsync(async () => {
        const stream = env.fs.createReadStream('/file', { highWaterMark: 4096 });
        stream.on('open', (fd) => env.keepNumber(fd));
        await new Promise<void>((resolve, reject) => {
          stream.on('error', reject);
          stream.once('readable', () => {
            stream.read(100);
            resolve();
          });
        });
      }, 20_000)
      .then(() => {});
  },
  async release(env) {
    await turn();
    env.closeNumbers();
  },
};

const ignore = (): void => {};

interface Closable {
  close(): void;
}

const watchers: Workload = {
  name: 'watchers',
  about: 'watchers on one directory, nothing happening',
  portable: false,
  run(env) {
    env.fs.mkdirSync('/dir');
    env.fill(() => env.keep(env.fs.watch('/dir')), 200_000);
  },
  release: (env) => env.releaseObjects((watcher: Closable) => watcher.close()),
};

const watchersUnread: Workload = {
  name: 'watchers-events-unread',
  about: '100 watchers, and changes without ever giving them a turn to be told',
  portable: false,
  run(env) {
    env.fs.mkdirSync('/dir');
    for (let i = 0; i < 100; i++) env.keep(env.fs.watch('/dir', () => {}));
    env.fill((i) => env.fs.writeFileSync(`/dir/a-name-of-some-length-${i}`, ''));
  },
  release: (env) => env.releaseObjects((watcher: Closable) => watcher.close()),
};

const watchIterators: Workload = {
  name: 'watch-iterators-unread',
  about: '100 fs.promises.watch iterators that nobody reads, and changes with turns between them',
  portable: false,
  async run(env) {
    env.fs.mkdirSync('/dir');
    for (let i = 0; i < 100; i++) {
      const controller = new AbortController();
      const iterator = env.fs.promises
        .watch('/dir', { signal: controller.signal, maxQueue: 1_000_000 })
        [Symbol.asyncIterator]();
      env.keep({ iterator, controller, first: iterator.next().catch(() => undefined) });
    }
    await env.fillAsync(async (i) => {
      env.fs.writeFileSync(`/dir/a-name-of-some-length-${i}`, '');
      if (i % 100 === 0) await turn();
    });
  },
  release: (env) =>
    env.releaseObjects(async ({ controller, first }: { controller: AbortController; first: Promise<unknown> }) => {
      controller.abort();
      await first;
    }),
};

const watchRecursive: Workload = {
  name: 'watchers-recursive',
  about: 'recursive watchers on the root of a tree that grows, with turns between',
  portable: false,
  async run(env) {
    for (let i = 0; i < 20; i++) env.keep(env.fs.watch('/', { recursive: true }, ignore));
    await env.fillAsync(async (i) => {
      if (i % 50 === 0) {
        env.fs.mkdirSync(`/d${i / 50}`);
        await turn();
      }
      env.fs.writeFileSync(`/d${Math.floor(i / 50)}/f${i}`, part(200));
    });
  },
  release: (env) => env.releaseObjects((watcher: Closable) => watcher.close()),
};

const watchChurn: Workload = {
  name: 'watchers-churn',
  about: 'watchers opened and closed a hundred thousand times, on directories that come and go, then filled up',
  portable: false,
  async run(env) {
    await env.fillAsync(async (i) => {
      env.fs.mkdirSync('/dir');
      const watcher = env.fs.watch('/dir', ignore);
      env.fs.writeFileSync('/dir/file', '');
      if (i % 3 === 0) await turn();
      watcher.close();
      env.fs.rmSync('/dir', { recursive: true });
    }, 30_000);
    fillUp(env);
  },
};

const iterators: Workload = {
  name: 'iterators-abandoned',
  about: 'directory iterators of 1,000 entries left after the first, neither closed nor kept',
  portable: true,
  endless: true,
  async run(env) {
    env.fs.mkdirSync('/dir');
    for (let i = 0; i < 1000; i++) env.fs.writeFileSync(`/dir/${i}`, '');
    await env.fillAsync(async () => {
      for await (const _ of await env.fs.promises.opendir('/dir')) break;
    }, 20_000);
  },
};

const statWatchers: Workload = {
  name: 'watch-file',
  about: 'watchFile on ever more paths',
  portable: false,
  run(env) {
    env.fill((i) => env.fs.watchFile(`/w${i}`, { interval: 1_000_000, persistent: false }, ignore), 100_000);
  },
  release(env) {
    for (let i = 0; i < env.steps; i++) env.fs.unwatchFile(`/w${i}`, ignore);
  },
};

const cpFails: Workload = {
  name: 'cp-fails',
  about: 'a tree of two fifths of the quota copied with cp: the second copy does not fit, twenty times',
  portable: false,
  written: true,
  run(env) {
    env.fs.mkdirSync('/tree');
    env.fill(
      (i) => {
        if (i % 100 === 0) env.fs.mkdirSync(`/tree/d${i / 100}`);
        env.fs.writeFileSync(`/tree/d${Math.floor(i / 100)}/f${i}`, part(3000));
      },
      Math.floor((env.quota * 0.4) / 3300),
    );
    for (let turns = 0; turns < 20; turns++) {
      env.attempt(() => env.fs.cpSync('/tree', `/copy${turns}`, { recursive: true }));
    }
    fillUp(env);
  },
};

const importFails: Workload = {
  name: 'import-fails',
  about: 'importTree of more than fits, twenty times: nothing of it may remain',
  portable: false,
  written: true,
  run(env) {
    const before = env.extras?.usage().used;
    for (let turns = 0; turns < 20; turns++) {
      env.attempt(() => env.extras?.importTree(tooMuch(env.quota)));
      if (env.extras?.usage().used !== before) env.wrong.push('a refused importTree left something behind');
    }
    fillUp(env);
  },
};

function* tooMuch(quota: number): Generator<{ path: string; type: 'file'; data: Uint8Array }> {
  const data = part(2000);
  for (let i = 0; i * 1900 < quota; i++) yield { path: `/import/d${i % 50}/f${i}`, type: 'file', data };
}

const questions: Workload = {
  name: 'questions',
  about: 'a nearly full volume asked a million things: stat, exists, readdir, realpath of paths that are there or not',
  portable: true,
  run(env) {
    const files = env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(1000)));
    const directories = Math.ceil(files / 1000);
    for (let i = 0; i < 300_000; i++) {
      env.fs.existsSync(`/d${i % directories}/missing-${i}`);
      env.fs.statSync(`/d${Math.floor((i % files) / 1000)}/f${i % files}`);
    }
    for (let i = 0; i < 100; i++) env.fs.readdirSync(`/d${i % directories}`, { withFileTypes: true });
    for (let i = 0; i < 10_000 && i < files; i++) env.fs.realpathSync(`/d${Math.floor(i / 1000)}/f${i}`);
  },
};

const attributes: Workload = {
  name: 'attributes',
  about: 'a full volume whose times, owners and modes are all changed',
  portable: true,
  run(env) {
    const files = env.fill((i) => env.fs.writeFileSync(inThousands(env, i), ''));
    for (let i = 0; i < files; i++) {
      const path = `/d${Math.floor(i / 1000)}/f${i}`;
      env.fs.utimesSync(path, 1234567890.123, 987654321.987);
      env.fs.chmodSync(path, 0o600);
      env.fs.chownSync(path, 1000, 1000);
    }
  },
};

const promiseWrites: Workload = {
  name: 'promise-writes',
  about: 'fs.promises.writeFile, a hundred at a time',
  portable: true,
  written: true,
  run: (env) =>
    env
      .fillAsync(async (i) => {
        if (i === 0) await env.fs.promises.mkdir('/p');
        await Promise.all(
          Array.from({ length: 100 }, (_, j) => env.fs.promises.writeFile(`/p/${i}-${j}`, part(1 + j * 50))),
        );
      })
      .then(() => {}),
};

export const handleWorkloads: readonly Workload[] = [
  openUnlinked,
  descriptorsOne,
  descriptorsMany,
  descriptorChurn,
  directoryHandles,
  directoryHandlesRead,
  fileHandles,
  writeStreams,
  readStreams,
  watchers,
  watchersUnread,
  watchIterators,
  watchRecursive,
  watchChurn,
  iterators,
  statWatchers,
  cpFails,
  importFails,
  questions,
  attributes,
  promiseWrites,
];
