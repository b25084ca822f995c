/** Quota truth: volumes that live long: filled, thinned out and filled with something else, again and again. */
import { bytes, type Env, inThousands, type Workload } from '../env.js';

const MIB = 2 ** 20;
const POOL = bytes(2 * MIB);
const part = (size: number): Buffer => POOL.subarray(0, size);

/** A workload that runs on any `node:fs` and only uses files. */
const plain = (name: string, about: string, run: (env: Env) => void, endless = false): Workload => ({
  name,
  about,
  portable: true,
  endless,
  written: true,
  run,
});

const SIZES = [30, 9000, 200, 70_000, 1000, 20, 4097, 300_000, 500, 100];

const fifty = plain(
  'fragments-fifty',
  'filled with one size, every second one deleted, filled with another, fifty times',
  (env) => {
    let before = '';
    let made = 0;
    for (let round = 0; round < 50; round++) {
      const directory = `/r${round}`;
      const size = SIZES[round % SIZES.length];
      if (!env.attempt(() => env.fs.mkdirSync(directory))) return;
      const now = env.fill((i) => env.fs.writeFileSync(`${directory}/${i}`, part(size)));
      for (let i = 0; i < now; i += 2) env.fs.unlinkSync(`${directory}/${i}`);
      // Of the round before, the other half goes too, so that there is room again.
      for (let i = 1; i < made; i += 2) env.fs.unlinkSync(`${before}/${i}`);
      before = directory;
      made = now;
    }
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(100)));
  },
);

const appendMany = plain(
  'append-1-hundred-thousand-files',
  'one byte appended to each of a hundred thousand files in turn',
  (env) => {
    const files = env.fill(
      (i) => env.fs.writeFileSync(inThousands(env, i), ''),
      Math.min(100_000, Math.floor(env.quota / 300)),
    );
    env.fill((i) => env.fs.appendFileSync(`/d${Math.floor((i % files) / 1000)}/f${i % files}`, part(1)));
  },
);

const wideRefilled = plain(
  'wide-directory-refilled',
  'one directory filled, listed, emptied, with longer names each time, twelve times',
  (env) => {
    env.fs.mkdirSync('/wide');
    for (let round = 0; round < 12; round++) {
      const pad = round * 20 + 5;
      const made = env.fill((i) => env.fs.writeFileSync(`/wide/${String(i).padEnd(pad, 'w')}`, ''), 60_000);
      if (env.fs.readdirSync('/wide').length !== made) env.wrong.push('a listing is not complete');
      if (round === 11) return;
      for (let i = 0; i < made; i++) env.fs.unlinkSync(`/wide/${String(i).padEnd(pad, 'w')}`);
    }
  },
);

const listings = plain(
  'listings-of-many-directories',
  'directories of 50 files, all of them listed twice, when the volume is full',
  (env) => {
    const made = env.fill((i) => {
      if (i % 50 === 0) env.fs.mkdirSync(`/d${i / 50}`);
      env.fs.writeFileSync(`/d${Math.floor(i / 50)}/file-with-some-name-${i}`, '');
    });
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < made; i += 50) {
        if (round === 0) env.fs.readdirSync(`/d${i / 50}`);
        else env.fs.readdirSync(`/d${i / 50}`, { withFileTypes: true });
      }
    }
  },
);

const SHORT = (i: number): string => `/${i}`;
const LONG = (i: number): string => `/${String(i).padEnd(250, 'n')}`;

const renames = plain(
  'rename-churn-full',
  'names made long and short again at random on a full volume, a hundred thousand times',
  (env) => {
    const files = env.fill((i) => env.fs.writeFileSync(i % 2 === 0 ? SHORT(i) : LONG(i), ''));
    const isLong = new Uint8Array(files);
    for (let i = 1; i < files; i += 2) isLong[i] = 1;
    for (let i = 0; i < 100_000; i++) {
      const file = env.random(files);
      const [from, to] = isLong[file] ? [LONG, SHORT] : [SHORT, LONG];
      if (env.attempt(() => env.fs.renameSync(from(file), to(file)))) isLong[file] = 1 - isLong[file];
    }
    env.fill((i) => env.fs.writeFileSync(`/z${i}`, ''));
  },
);

const links = plain(
  'hard-link-churn',
  'names added to and taken from two hundred files at random, then filled up with links',
  (env) => {
    for (let i = 0; i < 200; i++) env.fs.writeFileSync(`/file${i}`, part(10));
    for (let i = 0; i < 60_000 && env.mayGoOn(); i++) {
      env.steps++;
      env.attempt(() => env.fs.linkSync(`/file${env.random(200)}`, `/l${i}`));
      if (i > 3000) env.fs.unlinkSync(`/l${i - 3000}`);
    }
    env.fill((i) => env.fs.linkSync(`/file${Math.floor(i / 50_000) % 200}`, `/m${i}`));
  },
);

const deepMoved = plain(
  'deep-chains-moved',
  'chains of 200 directories, moved into one another and removed, then filled up',
  (env) => {
    const chain = (top: string): void => {
      let path = top;
      env.fs.mkdirSync(path);
      for (let i = 0; i < 200; i++) {
        path += '/deeper';
        env.fs.mkdirSync(path);
      }
    };
    for (let round = 0; round < 100 && env.mayGoOn(); round++) {
      env.steps++;
      if (!env.attempt(() => chain(`/a${round}`))) break;
      if (!env.attempt(() => chain(`/b${round}`))) break;
      env.fs.renameSync(`/b${round}`, `/a${round}/deeper/deeper/inner`);
      if (round % 3 !== 0) env.fs.rmSync(`/a${round}`, { recursive: true });
    }
    env.fill((i) => env.fs.mkdirSync(`/rest${i}`));
  },
);

const copiesCut = plain(
  'copies-cut',
  'copies that share their pages, cut to odd sizes, written and copied again',
  (env) => {
    env.fs.writeFileSync('/from', part(Math.min(MIB / 2, env.quota / 8) + 777));
    env.fill((i) => {
      const copy = `/c${i}`;
      env.fs.copyFileSync(i % 5 === 0 || i === 0 ? '/from' : `/c${i - 1}`, copy);
      if (i % 3 === 1) env.fs.truncateSync(copy, 1 + env.random(env.quota / 20));
      const fd = env.fs.openSync(copy, 'r+');
      try {
        env.fs.writeSync(fd, POOL, 0, 10, env.random(MIB / 2));
      } finally {
        env.fs.closeSync(fd);
      }
    }, 4000);
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(3000)));
  },
);

const tails = plain(
  'tails',
  'files of a page and a few bytes, grown and cut at their tails at random, then filled up',
  (env) => {
    const files = env.fill(
      (i) => env.fs.writeFileSync(`/t${i}`, part(65_536 + (i % 100))),
      Math.floor(env.quota / 130_000),
    );
    env.fill(() => {
      const path = `/t${env.random(files)}`;
      if (env.random(3) === 0) env.fs.truncateSync(path, 60_000 + env.random(20_000));
      else env.fs.appendFileSync(path, part(env.random(3000)));
    }, 50_000);
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(1500)));
  },
);

/** What is expected to fail: a success is noted, and so is an ENOSPC, which is none of these calls' answers. */
function fails(env: Env, code: string, action: () => unknown): void {
  try {
    action();
    env.wrong.push(`no ${code}`);
  } catch (error) {
    const got = (error as NodeJS.ErrnoException).code;
    if (got !== code && env.wrong.length < 5) env.wrong.push(`${got} where ${code} was expected`);
  }
}

const errors = plain('errors-by-the-hundred-thousand', 'calls of twenty kinds that fail, on a full volume', (env) => {
  const { fs } = env;
  fs.mkdirSync('/dir');
  fs.writeFileSync('/dir/file', part(100));
  fs.symlinkSync('/loop', '/loop');
  env.fill((i) => fs.writeFileSync(`/full${i}`, part(900)));
  const rounds = Math.min(8000, env.mostSteps);
  for (let i = 0; i < rounds; i++) {
    fails(env, 'ENOENT', () => fs.openSync(`/missing-${i}`, 'r'));
    fails(env, 'ENOENT', () => fs.writeFileSync(`/no/${i}`, 'x'));
    fails(env, 'EEXIST', () => fs.mkdirSync('/dir'));
    fails(env, 'EEXIST', () => fs.openSync('/dir/file', 'wx'));
    fails(env, 'EEXIST', () => fs.symlinkSync('t', '/dir/file'));
    fails(env, 'EEXIST', () => fs.linkSync('/dir/file', '/dir/file'));
    fails(env, 'ENOTEMPTY', () => fs.rmdirSync('/dir'));
    fails(env, 'ENOTDIR', () => fs.readdirSync('/dir/file'));
    fails(env, 'ENOTDIR', () => fs.opendirSync('/dir/file'));
    fails(env, 'EISDIR', () => fs.readFileSync('/dir'));
    fails(env, 'EISDIR', () => fs.writeFileSync('/dir', 'x'));
    fails(env, 'EINVAL', () => fs.renameSync('/dir', '/dir/inside'));
    fails(env, 'ENOENT', () => fs.copyFileSync(`/missing-${i}`, '/dir/copy'));
    fails(env, 'ENOENT', () => fs.truncateSync(`/missing-${i}`, 10));
    fails(env, 'ELOOP', () => fs.statSync('/loop'));
    fails(env, 'ENOENT', () => fs.utimesSync(`/missing-${i}`, 1, 1));
    fails(env, 'ENOENT', () => fs.mkdtempSync(`/missing-${i}/tmp-`));
    fails(env, 'ENAMETOOLONG', () => fs.mkdirSync(`/${'n'.repeat(256)}`));
    fails(env, 'EBADF', () => fs.closeSync(0x2fff_ffff));
    fails(env, 'ENOENT', () => fs.watch(`/missing-${i}`));
  }
});

const refusals = plain(
  'refusals-by-the-hundred-thousand',
  'calls that do not fit, of every kind, on a full volume',
  (env) => {
    const { fs } = env;
    fs.mkdirSync('/dir');
    fs.writeFileSync('/dir/file', part(5000));
    const files = env.fill((i) => fs.writeFileSync(`/full${i}`, part(4000)));
    env.fill((i) => fs.writeFileSync(`/f${i}`, ''));
    if (files === 0) return;
    const used = env.extras?.usage().used;
    const large = part(100_000);
    const long = 'n'.repeat(250);
    for (let i = 0; i < Math.min(1500, env.mostSteps); i++) {
      fails(env, 'ENOSPC', () => fs.writeFileSync(`/new${i}`, large));
      fails(env, 'ENOSPC', () => fs.writeFileSync('/dir/file', large));
      fails(env, 'ENOSPC', () => fs.appendFileSync('/dir/file', large));
      fails(env, 'ENOSPC', () => fs.copyFileSync('/dir/file', '/dir/copy'));
      fails(env, 'ENOSPC', () => fs.cpSync('/dir', `/cp${i}`, { recursive: true }));
      fails(env, 'ENOSPC', () => fs.symlinkSync('t'.repeat(4000), `/link${i}`));
      fails(env, 'ENOSPC', () => fs.mkdirSync(`/${long}/${long}/${long}/${long}/${long}/${long}`, { recursive: true }));
    }
    if (env.extras?.usage().used !== used) env.wrong.push('refused calls left something behind');
  },
);

const descriptorsShuffled: Workload = {
  name: 'descriptors-shuffled',
  about: 'descriptors closed in random order and opened again, then the rest of the volume filled with them',
  portable: true,
  run(env) {
    env.fs.writeFileSync('/file', 'x');
    const opened = env.fill(() => env.keepNumber(env.fs.openSync('/file', 'r')), Math.floor(env.quota / 400));
    if (opened === 0) return;
    for (let i = 0; i < 100_000; i++) {
      const at = env.random(opened);
      env.fs.closeSync(env.numbers[at]);
      env.numbers[at] = env.fs.openSync('/file', 'r');
    }
    env.fill(() => env.keepNumber(env.fs.openSync('/file', 'r')));
  },
  release: (env) => env.closeNumbers(),
};

const truncates = plain(
  'truncate-ladder',
  'files cut from a mebibyte to nothing in steps of odd sizes, thousands of times',
  (env) => {
    env.fill((i) => {
      const path = `/t${i % 20}`;
      const most = Math.min(MIB, Math.floor(env.quota / 40));
      env.fs.writeFileSync(path, part(most));
      for (let size = most; size > 0; size = Math.floor(size * 0.7) - 3) env.fs.truncateSync(path, Math.max(0, size));
    }, 2000);
  },
  true,
);

const rotated = plain(
  'logs-rotated',
  'fifty logs appended to and emptied or renamed in turn, then filled up',
  (env) => {
    const most = env.quota / 100;
    env.fill((i) => {
      const log = `/log${i % 50}`;
      env.fs.appendFileSync(log, part(1 + env.random(400)));
      if (env.fs.statSync(log).size < most) return;
      if (i % 3 === 0) env.fs.renameSync(log, `/old${i % 50}`);
      else env.fs.truncateSync(log, i % 2 === 0 ? 0 : 17);
    }, 100_000);
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(700)));
  },
);

const everySecond = plain(
  'fragments-every-second',
  'small files, every second one deleted, sizes of 1 to 70,000 bytes in their place, half of these deleted, small ones again',
  (env) => {
    for (let round = 0; round < 3; round++) {
      const small = env.fill((i) => env.fs.writeFileSync(`/s${round}-${i}`, part(1 + env.random(300))));
      for (let i = 0; i < small; i += 2) env.fs.unlinkSync(`/s${round}-${i}`);
      const large = env.fill((i) => env.fs.writeFileSync(`/l${round}-${i}`, part(1 + env.random(70_000))));
      for (let i = round; i < large; i += 2) env.fs.unlinkSync(`/l${round}-${i}`);
      if (round > 0) for (let i = 1; i < small; i += 4) env.fs.unlinkSync(`/s${round}-${i}`);
    }
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(50)));
  },
);

const strides = plain(
  'strided-files',
  'files of twenty single bytes, 64 KiB apart, then a byte more in each page',
  (env) => {
    const PAGE = 65_536;
    const one = (path: string, flags: string, positions: (j: number) => number): void => {
      const fd = env.fs.openSync(path, flags);
      try {
        for (let j = 0; j < 20; j++) env.fs.writeSync(fd, POOL, 0, 1, positions(j));
      } finally {
        env.fs.closeSync(fd);
      }
    };
    const made = env.fill((i) => one(`/s${i}`, 'w', (j) => j * PAGE), Math.floor(env.quota / 8000));
    env.fill((i) => one(`/s${i}`, 'r+', (j) => j * PAGE + 1 + env.random(3000)), made);
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(300)));
  },
);

const vectors = plain(
  'vectors-scattered',
  'vectors of up to 1,024 buffers of 0 to 90 bytes at odd positions, read back into as many',
  (env) => {
    const fd = env.fs.openSync('/file', 'w+');
    env.keepNumber(fd);
    env.fill((i) => {
      const vector = Array.from({ length: 1 + env.random(1024) }, () => part(env.random(90)));
      const at = env.random(env.quota * 2);
      const length = env.fs.writevSync(fd, vector, at);
      const into = Array.from({ length: 32 }, () => Buffer.alloc(Math.ceil(length / 32)));
      if (i % 16 === 0) env.fs.readvSync(fd, into, at);
    });
  },
);

const replacedLinks = plain(
  'symlinks-replaced',
  'a hundred links made anew with targets of every length and renamed over the old ones, then filled up',
  (env) => {
    env.fill((i) => {
      env.fs.symlinkSync('t'.repeat(1 + env.random(4000)), '/new');
      env.fs.renameSync('/new', `/l${i % 100}`);
    }, 30_000);
    env.fill((i) => env.fs.symlinkSync('t'.repeat(1 + (i % 300)), `/m${i}`));
  },
);

export const churnWorkloads: readonly Workload[] = [
  fifty,
  appendMany,
  wideRefilled,
  listings,
  renames,
  links,
  deepMoved,
  copiesCut,
  tails,
  errors,
  refusals,
  descriptorsShuffled,
  truncates,
  rotated,
  everySecond,
  strides,
  { ...vectors, release: (env) => env.closeNumbers() },
  replacedLinks,
];
