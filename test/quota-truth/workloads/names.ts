/** Quota truth: volumes filled with names: files without content, long names, directories, links. */
import { type Env, inThousands, type Workload } from '../env.js';

const EMPTY = Buffer.alloc(0);
const create = ({ fs }: Env, path: string): void => fs.writeFileSync(path, EMPTY);

/** A workload that creates one thing a step. */
const simple = (name: string, about: string, step: (env: Env, i: number) => void): Workload => ({
  name,
  about,
  portable: true,
  run: (env) => void env.fill((i) => step(env, i)),
});

/** `i` as the beginning of a name that is filled up to a length. */
const padded = (i: number, length: number, filler: string): string => `${i.toString(36)}-`.padEnd(length, filler);
const FOX = '🦊';

const namesRandom: Workload = simple('names-random', 'names of 1 to 255 random bytes', (env, i) => {
  if (i % 2000 === 0) env.fs.mkdirSync(`/d${i / 2000}`);
  const stem = (i % 2000).toString(36);
  create(env, `/d${Math.floor(i / 2000)}/${stem.padEnd(Math.max(stem.length, env.random(256)), '-')}`);
});

const DEPTH = 900;

const deepDirectories: Workload = {
  name: 'directories-deep',
  about: 'chains of 900 directories in one another',
  portable: true,
  run(env) {
    let path = '';
    env.fill((i) => {
      path = i % DEPTH === 0 ? `/c${i / DEPTH}` : `${path}/d`;
      env.fs.mkdirSync(path);
    });
  },
};

const hardLinks: Workload = {
  name: 'hard-links',
  about: 'files under 60,000 names each',
  portable: true,
  run(env) {
    env.fill((i) => {
      // A Linux file system allows 65,000 names or fewer for one inode.
      const file = `/file${Math.floor(i / 60_000)}`;
      if (i % 60_000 === 0) env.fs.writeFileSync(file, 'content');
      env.fs.linkSync(file, `/l${i}`);
    });
  },
};

const symlink = (name: string, about: string, target: (env: Env) => string): Workload =>
  simple(name, about, (env, i) => env.fs.symlinkSync(target(env), `/l${i}`));

const renameStorm: Workload = {
  name: 'rename-storm',
  about: 'files renamed to ever longer names, between directories',
  portable: true,
  run(env) {
    env.fs.mkdirSync('/a');
    env.fs.mkdirSync('/b');
    const files = env.fill((i) => create(env, `/a/${i.toString(36)}`), Math.floor(env.quota / 600));
    env.fill((i) => {
      const stem = i.toString(36);
      env.fs.renameSync(`/a/${stem}`, `/b/${stem.padEnd(255, '_')}`);
    }, files);
    // Full or not, every name is now cut short again, and lengthened again.
    env.fill((i) => {
      const stem = i.toString(36);
      if (env.fs.existsSync(`/b/${stem.padEnd(255, '_')}`))
        env.fs.renameSync(`/b/${stem.padEnd(255, '_')}`, `/a/${stem}`);
    }, files);
    env.fill((i) => create(env, `/b/${padded(i, 200, 'x')}`));
  },
};

const renameOver: Workload = {
  name: 'rename-over',
  about: 'new files renamed over old ones, a hundred thousand times, then filled up',
  portable: true,
  run(env) {
    env.fill((i) => {
      create(env, '/new');
      env.fs.renameSync('/new', `/f${i % 500}`);
    }, 100_000);
    env.fill((i) => create(env, `/g${i}`));
  },
};

const churnNames: Workload = {
  name: 'names-churn',
  about: 'directories filled and emptied with names of other lengths each time, one name in 64 kept',
  portable: true,
  run(env) {
    for (let round = 0; round < 8; round++) {
      const length = [8, 200, 30, 255, 12, 100, 60, 8][round];
      const made = env.fill((i) => create(env, `/${round}${padded(i, length - 1, 'c')}`), 40_000);
      for (let i = 0; i < made; i++) if (i % 64 !== 0) env.fs.unlinkSync(`/${round}${padded(i, length - 1, 'c')}`);
    }
    env.fill((i) => create(env, `/z${i}`));
  },
};

export const nameWorkloads: readonly Workload[] = [
  simple('empty-files-flat', 'empty files with short names in one directory', (env, i) => create(env, `/f${i}`)),
  simple('empty-files-tree', 'empty files, a thousand to a directory', (env, i) => create(env, inThousands(env, i))),
  simple('names-255-ascii', 'empty files with names of 255 bytes', (env, i) => create(env, `/${padded(i, 255, 'a')}`)),
  simple('names-255-unicode', 'empty files with names of 63 foxes', (env, i) => {
    const stem = i.toString(36);
    create(env, `/${stem}${FOX.repeat(Math.floor((255 - stem.length) / 4))}`);
  }),
  simple('names-latin', 'empty files with names of 100 accented letters', (env, i) =>
    create(env, `/${padded(i, 100, 'é')}`),
  ),
  namesRandom,
  deepDirectories,
  simple('directories-wide', 'empty directories in one directory', (env, i) => env.fs.mkdirSync(`/d${i}`)),
  simple('directories-one-file', 'directories with one empty file each', (env, i) => {
    env.fs.mkdirSync(`/d${i}`);
    create(env, `/d${i}/f`);
  }),
  simple('mkdtemp', 'temporary directories', (env) => env.fs.mkdtempSync('/tmp-')),
  hardLinks,
  symlink('symlinks-short', 'symbolic links with short targets', () => '/x'),
  symlink('symlinks-long', 'symbolic links with targets of 4,095 bytes', () => 't'.repeat(4095)),
  symlink('symlinks-random', 'symbolic links with targets of random length', (env) => 't'.repeat(1 + env.random(4000))),
  symlink('symlinks-unicode', 'symbolic links with targets beyond the BMP', (env) => FOX.repeat(1 + env.random(200))),
  renameStorm,
  renameOver,
  churnNames,
];
