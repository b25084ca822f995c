/** Quota truth: the D-MemFS API: handles, text handles, preallocation, callers that wait for locks. */
import { TextHandle } from '../../../src/index.js';
import { bytes, type Env, type Workload } from '../env.js';

const data = bytes(2000);

interface Handle {
  close(): unknown;
}

const release = (env: Env): Promise<void> => env.releaseObjects((handle: Handle) => handle.close());

/** A workload over the synchronous D-MemFS API. */
const mfsWorkload = (name: string, about: string, run: Workload['run']): Workload => ({
  name,
  about,
  portable: false,
  mfs: true,
  written: true,
  run,
  release,
});

const files = mfsWorkload('mfs-files', 'files of 2,000 bytes by open, write, close', (env) => {
  env.fill((i) => {
    const handle = env.mfs.sync.open(`/f${i}`, 'wb');
    try {
      handle.write(data);
    } finally {
      handle.close();
    }
  });
});

const handles = mfsWorkload('mfs-handles', 'ever more handles that read one file', (env) => {
  env.mfs.sync.open('/file', 'wb').close();
  env.fill(() => env.keep(env.mfs.sync.open('/file', 'rb')), 900_000);
});

const writers = mfsWorkload('mfs-writers', 'files left open for writing', (env) => {
  env.fill((i) => env.keep(env.mfs.sync.open(`/f${i}`, 'wb')), 900_000);
});

const preallocate = mfsWorkload(
  'mfs-preallocate',
  'files opened with 10,000 bytes preallocated, a byte written',
  (env) => {
    env.fill((i) => {
      const handle = env.mfs.sync.open(`/f${i}`, 'wb', { preallocate: 10_000 });
      handle.write(data.subarray(0, 1));
      handle.close();
    });
  },
);

const texts = mfsWorkload('mfs-text-handles', 'text handles with half a character pending, left open', (env) => {
  env.fill((i) => {
    const handle = env.mfs.sync.open(`/t${i}`, 'wb');
    env.keep(handle);
    new TextHandle(handle).write('Zażółć gęślą jaźń');
  }, 900_000);
});

const asyncHandles = mfsWorkload('mfs-async-handles', 'asynchronous handles left open', async (env) => {
  await env.fillAsync(async (i) => env.keep(await env.mfs.open(`/f${i}`, 'wb')), 500_000);
});

const locksWaited = mfsWorkload(
  'mfs-locks-waited',
  'one writer, and ever more callers that wait for its lock',
  async (env) => {
    const writer = await env.mfs.open('/file', 'wb');
    env.keep(writer);
    let refused = false;
    await env.fillAsync(async (i) => {
      const waiting = env.mfs.open('/file', 'rb', { lockTimeout: null });
      waiting.then(
        (handle) => handle.close(),
        (error: unknown) => {
          refused = true;
          env.refused(error);
        },
      );
      if (i % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (refused) throw Object.assign(new Error('refused'), { code: 'ENOSPC' });
    }, 300_000);
  },
);

const exportsWhole = mfsWorkload(
  'mfs-export-import',
  'a third of the volume exported and imported elsewhere until it no longer fits',
  (env) => {
    env.mfs.sync.mkdir('/from');
    env.fill(
      (i) => {
        const handle = env.mfs.sync.open(`/from/f${i}`, 'wb');
        try {
          handle.write(data);
        } finally {
          handle.close();
        }
      },
      Math.floor(env.quota / 3 / 2300),
    );
    const before = (): number => env.extras?.usage().used ?? 0;
    for (let turn = 0; turn < 5; turn++) {
      const used = before();
      const tree = Object.entries(env.mfs.sync.exportTree('/from')).map(
        ([path, content]) => [`/to${turn}${path}`, content] as const,
      );
      if (!env.attempt(() => env.mfs.sync.importTree(Object.fromEntries(tree))) && before() !== used) {
        env.wrong.push('a refused importTree left something behind');
      }
    }
  },
);

const longPaths = mfsWorkload(
  'mfs-long-paths',
  'handles of a path of 3,800 bytes, left open, asynchronous ones too',
  async (env) => {
    const directory = Array.from({ length: 19 }, (_, i) => `/${i}-`.padEnd(200, 'p')).join('');
    env.mfs.sync.mkdir(directory);
    env.mfs.sync.open(`${directory}/file`, 'wb').close();
    await env.fillAsync(async (i) => {
      const path = Buffer.from(`${directory}/file`).toString();
      env.keep(i % 2 === 0 ? env.mfs.sync.open(path, 'rb') : await env.mfs.open(path, 'rb'));
    }, 500_000);
  },
);

export const mfsWorkloads: readonly Workload[] = [
  files,
  handles,
  writers,
  preallocate,
  texts,
  asyncHandles,
  locksWaited,
  exportsWhole,
  longPaths,
];
