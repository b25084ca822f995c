/** Quota truth: volumes filled by snapshots, and by what is written while they hold the content of before. */
import { restore, type Snapshot, snapshot } from '../../../src/adapters/snapshot/index.js';
import { bytes, type Env, inThousands, type Workload } from '../env.js';

const PAGE = 65_536;
const POOL = bytes(2 ** 20);

const pathOf = (i: number): string => `/d${Math.floor(i / 1000)}/f${i}`;
const dispose = (env: Env): Promise<void> => env.releaseObjects((taken: Snapshot) => taken.dispose());

/** Files of `size` bytes until a share of the volume is used. */
function fillShare(env: Env, size: number, share: number): number {
  const most = Math.floor((env.quota * share) / (size + 160));
  for (let i = 0; i < most; i++) env.fs.writeFileSync(inThousands(env, i), POOL.subarray(0, size));
  return most;
}

/** Everything is written over while a snapshot holds what was there. */
const overwriting = (label: string, size: number): Workload => ({
  name: `snapshot-overwrite-${label}`,
  about: `a snapshot of a volume that is 40 % full of ${label} files, then each of them written over`,
  portable: false,
  run(env) {
    const files = fillShare(env, size, 0.4);
    env.keep(snapshot(env.fs));
    env.fill((i) => env.fs.writeFileSync(pathOf(i % files), POOL.subarray(1, size + 1)), files);
    env.fill((i) => env.fs.writeFileSync(`/more${i}`, POOL.subarray(0, size)));
  },
  release: dispose,
});

const pages: Workload = {
  name: 'snapshot-pages',
  about: 'a byte in each page of a file that a snapshot holds',
  portable: false,
  run(env) {
    const most = Math.floor((env.quota * 0.6) / PAGE);
    const fd = env.fs.openSync('/file', 'w');
    env.keepNumber(fd);
    for (let i = 0; i < most; i++) env.fs.writeSync(fd, POOL, 0, PAGE);
    env.keep(snapshot(env.fs));
    env.fill((i) => env.fs.writeSync(fd, POOL, 0, 1, (i % most) * PAGE), most);
  },
  async release(env) {
    env.closeNumbers();
    await dispose(env);
  },
};

/** A snapshot after each change, until there is no room for another. */
const many = (label: string, about: string, files: number, size: number): Workload => ({
  name: `snapshots-many-${label}`,
  about,
  portable: false,
  run(env) {
    // Fewer in the small volume that warms up.
    const made = env.fill((i) => env.fs.writeFileSync(inThousands(env, i), POOL.subarray(0, size)), files);
    env.fill((i) => {
      if (made > 0) env.fs.writeFileSync(pathOf((i * 37) % made), POOL.subarray(0, size));
      env.keep(snapshot(env.fs));
    });
  },
  release: dispose,
});

const unlinked: Workload = {
  name: 'snapshots-unlinked',
  about: 'a thousand files, a snapshot, all removed, again and again',
  portable: false,
  run: (env) =>
    void env.fill(() => {
      env.fs.mkdirSync('/all');
      for (let i = 0; i < 1000; i++)
        env.fs.writeFileSync(`/all/a-name-longer-than-its-record-${i}`, POOL.subarray(0, 100));
      const taken = snapshot(env.fs);
      env.keep(taken);
      env.fs.rmSync('/all', { recursive: true });
    }),
  release: dispose,
};

const cycles: Workload = {
  name: 'snapshot-cycles',
  about: 'a snapshot, everything written over, restored, dropped, two hundred times',
  portable: false,
  endless: true,
  run(env) {
    const files = fillShare(env, 2000, 0.3);
    env.fill(() => {
      const taken = snapshot(env.fs);
      for (let i = 0; i < files; i += 3) env.fs.writeFileSync(pathOf(i), POOL.subarray(0, 1500));
      for (let i = 1; i < files; i += 3) env.fs.unlinkSync(pathOf(i));
      restore(env.fs, taken);
      taken.dispose();
    }, 200);
  },
};

const inTurn: Workload = {
  name: 'snapshots-in-turn',
  about: 'the last five snapshots kept, while files grow and are cut at random',
  portable: false,
  // The code of snapshots, which the small volumes that warm up do not take far enough to be compiled.
  code: 2 ** 19,
  run(env) {
    const kept: Snapshot[] = [];
    const files = Math.max(4, Math.floor(env.quota / 300_000));
    for (let i = 0; i < files; i++) env.fs.writeFileSync(`/f${i}`, POOL.subarray(0, 20_000));
    env.fill((i) => {
      const path = `/f${env.random(files)}`;
      if (i % 3 === 0) env.fs.truncateSync(path, env.random(90_000));
      else env.fs.appendFileSync(path, POOL.subarray(0, env.random(20_000)));
      if (i % 40 !== 39) return;
      kept.push(snapshot(env.fs));
      if (kept.length > 5) kept.shift()?.dispose();
    }, 20_000);
    for (const taken of kept) env.keep(taken);
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, POOL.subarray(0, 900)));
  },
  release: dispose,
};

export const snapshotWorkloads: readonly Workload[] = [
  overwriting('small', 300),
  overwriting('4-kib', 4096),
  overwriting('100-kib', 100_000),
  pages,
  many('empty', 'snapshots of an empty volume', 0, 0),
  many('files', 'a snapshot after each change of one of two thousand files', 2000, 500),
  many('large', 'a snapshot after each change of one of four files of a mebibyte', 4, 2 ** 20 - 1),
  unlinked,
  cycles,
  inTurn,
];
