/** Quota truth: volumes filled with bytes: files of many sizes, appends, out-of-order writes, holes, rewrites. */
import { bytes, type Env, inThousands, type Workload } from '../env.js';

const MIB = 2 ** 20;
const POOL = bytes(2 * MIB);
const part = (size: number): Buffer => POOL.subarray(0, size);
const ONE = part(1);

/** One byte at a position; the descriptor is closed even when it is refused. */
function writeOne({ fs }: Env, path: string, flags: string, position: number): void {
  const fd = fs.openSync(path, flags);
  try {
    fs.writeSync(fd, ONE, 0, 1, position);
  } finally {
    fs.closeSync(fd);
  }
}

/** Files of one size, a thousand to a directory. */
const filesOf = (label: string, size: (env: Env, i: number) => number): Workload => ({
  name: `files-${label}`,
  about: `files of ${label.replace(/-(?=[^-]*$)/, ' ')}`,
  portable: true,
  written: true,
  run: (env) => void env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(size(env, i)))),
});

/** Sizes from nothing to 256 KiB, small ones as likely as large ones. */
const logSize = (env: Env): number => Math.floor(2 ** (env.random(18_000) / 1000)) - 1;

const appendOne = (label: string, size: number): Workload => ({
  name: `append-${label}-one-file`,
  about: `appends of ${size} bytes to one descriptor`,
  portable: true,
  writesPerStep: 1,
  run(env) {
    const fd = env.fs.openSync('/log', 'a');
    env.keepNumber(fd);
    env.fill(() => env.fs.writeSync(fd, POOL, 0, size));
  },
  release: (env) => env.closeNumbers(),
});

const appendThousand: Workload = {
  name: 'append-1-thousand-files',
  about: 'one byte to each of a thousand descriptors in turn',
  portable: true,
  writesPerStep: 1,
  run(env) {
    const opened = env.fill((i) => env.keepNumber(env.fs.openSync(`/log${i}`, 'a')), 1000);
    env.fill((i) => env.fs.writeSync(env.numbers[i % opened], ONE, 0, 1));
  },
  release: (env) => env.closeNumbers(),
};

const appendPaths: Workload = {
  name: 'append-10-ten-thousand-paths',
  about: 'ten bytes by appendFile to each of ten thousand files in turn',
  portable: true,
  writesPerStep: 1,
  run: (env) => void env.fill((i) => env.fs.appendFileSync(`/log${i % 10_000}`, part(10))),
};

const writev: Workload = {
  name: 'writev',
  about: 'vectors of 64 buffers of 1 to 64 bytes to one descriptor',
  portable: true,
  writesPerStep: 64,
  run(env) {
    const vector = Array.from({ length: 64 }, (_, i) => part(i + 1));
    const fd = env.fs.openSync('/file', 'w');
    env.keepNumber(fd);
    env.fill(() => env.fs.writevSync(fd, vector));
  },
  release: (env) => env.closeNumbers(),
};

/** Writes of `size` bytes at the positions that `position` gives, to one descriptor. */
const positioned = (
  name: string,
  about: string,
  size: number,
  position: (env: Env, i: number) => number,
  portable = true,
): Workload => ({
  name,
  about,
  portable,
  run(env) {
    const fd = env.fs.openSync('/file', 'w+');
    env.keepNumber(fd);
    env.fill(
      (i) => {
        const at = position(env, i);
        if (at >= 0) env.fs.writeSync(fd, POOL, 0, size, at);
      },
      Math.ceil((env.quota * 2) / size),
    );
  },
  release: (env) => env.closeNumbers(),
});

const TERA = 2 ** 40;

const sparseFiles: Workload = {
  name: 'sparse-files',
  about: 'files of a terabyte with one byte in each',
  portable: false,
  written: true,
  run(env) {
    env.fill((i) => {
      writeOne(env, `/s${i}`, 'w', TERA - 1);
    });
  },
};

const truncateUp: Workload = {
  name: 'truncate-up',
  about: 'files made large by truncate alone, then one byte in the middle',
  portable: false,
  written: true,
  run(env) {
    env.fill((i) => {
      env.fs.writeFileSync(`/t${i}`, '');
      env.fs.truncateSync(`/t${i}`, 10 * MIB);
      writeOne(env, `/t${i}`, 'r+', 5 * MIB);
    });
  },
};

const truncateUpDown: Workload = {
  name: 'truncate-up-down',
  about: '200 files truncated up and down at random, bytes written at their ends',
  portable: true,
  endless: true,
  written: true,
  run(env) {
    for (let i = 0; i < 200; i++) env.fs.writeFileSync(`/t${i}`, part(100));
    for (let turn = 0; turn < 30_000 && env.mayGoOn(); turn++) {
      env.steps++;
      const path = `/t${env.random(200)}`;
      const length = env.random(env.quota / 100);
      env.attempt(() => env.fs.truncateSync(path, length));
      env.attempt(() => env.fs.appendFileSync(path, part(env.random(2000))));
    }
  },
};

const rewrites: Workload = {
  name: 'rewrites',
  about: '500 files rewritten with random sizes, 30,000 times, refused now and then',
  portable: true,
  endless: true,
  written: true,
  run(env) {
    const mean = (env.quota * 1.1) / 500;
    for (let turn = 0; turn < 30_000 && env.mayGoOn(); turn++) {
      env.steps++;
      env.attempt(() =>
        env.fs.writeFileSync(`/r${env.random(500)}`, part(Math.min(POOL.length, env.random(mean * 2)))),
      );
    }
  },
};

const overwrites: Workload = {
  name: 'overwrite-when-full',
  about: 'a full volume whose bytes are overwritten in place at random',
  portable: true,
  written: true,
  run(env) {
    const files = env.fill((i) => env.fs.writeFileSync(`/f${i}`, part(64 * 1024)));
    for (let turn = 0; turn < 20_000; turn++) {
      const fd = env.fs.openSync(`/f${env.random(files)}`, 'r+');
      env.fs.writeSync(fd, POOL, 0, 100, env.random(60_000));
      env.fs.closeSync(fd);
    }
  },
};

const churn: Workload = {
  name: 'churn',
  about: 'filled with random sizes, a random half deleted, filled again, ten times',
  portable: true,
  written: true,
  run(env) {
    let made = 0;
    for (let round = 0; round < 10; round++) {
      made += env.fill(() => env.fs.writeFileSync(`/c${made + env.steps}`, part(logSize(env))));
      if (round === 9) return;
      for (const name of env.fs.readdirSync('/')) if (env.random(2) === 0) env.fs.unlinkSync(`/${name}`);
    }
  },
};

const fragments: Workload = {
  name: 'fragments',
  about: 'filled with 100-byte files, all but one in 64 deleted, then filled with 4 KiB files',
  portable: true,
  written: true,
  run(env) {
    const made = env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(100)));
    for (let i = 0; i < made; i++) if (i % 64 !== 0) env.fs.unlinkSync(`/d${Math.floor(i / 1000)}/f${i}`);
    env.fill((i) => env.fs.writeFileSync(`/big${i}`, part(4096)));
  },
};

const fragmentsLeft: Workload = {
  name: 'fragments-left',
  about: 'filled with files of random sizes below 4 KiB, all but one in 100 deleted',
  portable: true,
  endless: true,
  written: true,
  run(env) {
    const made = env.fill((i) => env.fs.writeFileSync(inThousands(env, i), part(env.random(4096))));
    for (let i = 0; i < made; i++) if (i % 100 !== 0) env.fs.unlinkSync(`/d${Math.floor(i / 1000)}/f${i}`);
  },
};

const growFragments: Workload = {
  name: 'grow-in-turn',
  about: '2,000 files growing in turn by random steps, so that each leaves its old place',
  portable: true,
  writesPerStep: 1,
  run: (env) => void env.fill((i) => env.fs.appendFileSync(`/g${i % 2000}`, part(1 + env.random(300)))),
};

const holes: Workload = {
  name: 'holes-cut',
  about: 'files of 1 MiB cut down to odd sizes, over and over, then filled up',
  portable: true,
  written: true,
  run(env) {
    env.fill((i) => {
      env.fs.writeFileSync(`/h${i}`, part(MIB));
      env.fs.truncateSync(`/h${i}`, 1 + env.random(9000));
    });
  },
};

const copies: Workload = {
  name: 'copy-file',
  about: 'one file of 256 KiB copied until full, then one byte written to each copy',
  portable: true,
  written: true,
  run(env) {
    env.fs.writeFileSync('/from', part(MIB / 4));
    const made = env.fill((i) => env.fs.copyFileSync('/from', `/to${i}`), 20_000);
    env.fill((i) => {
      writeOne(env, `/to${i}`, 'r+', 100_000);
    }, made);
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(1000)));
  },
};

const copyChains: Workload = {
  name: 'copy-chains',
  about: 'copies of copies of a small file, each appended to, originals deleted',
  portable: true,
  written: true,
  run(env) {
    env.fs.writeFileSync('/c0', part(5000));
    env.fill((i) => {
      env.fs.copyFileSync(`/c${i}`, `/c${i + 1}`);
      env.fs.appendFileSync(`/c${i + 1}`, part(7));
      if (i % 3 === 0) env.fs.unlinkSync(`/c${i}`);
    });
  },
};

/** Sizes that leave one file of each class in every slab, so that the next class finds none free. */
const fragmentClasses: Workload = {
  name: 'fragments-of-classes',
  about: 'for six sizes in turn: filled, then all but one in 40 deleted',
  portable: true,
  written: true,
  run(env) {
    for (const size of [40, 150, 700, 2000, 5000, 20_000]) {
      env.fs.mkdirSync(`/size${size}`);
      const made = env.fill((i) => env.fs.writeFileSync(`/size${size}/${i}`, part(size)));
      for (let i = 0; i < made; i++) if (i % 40 !== 0) env.fs.unlinkSync(`/size${size}/${i}`);
    }
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(300)));
  },
};

const manyWriters: Workload = {
  name: 'write-many-descriptors',
  about: 'descriptors of copies of one file, each overwriting and extending its copy at random',
  portable: true,
  written: true,
  run(env) {
    env.fs.writeFileSync('/from', part(MIB / 8));
    const opened = env.fill(
      (i) => {
        env.fs.copyFileSync('/from', `/to${i}`);
        env.keepNumber(env.fs.openSync(`/to${i}`, 'r+'));
      },
      Math.floor(env.quota / (MIB / 8) / 4),
    );
    env.fill(() => env.fs.writeSync(env.numbers[env.random(opened)], POOL, 0, 3000, env.random(MIB)));
  },
  release: (env) => env.closeNumbers(),
};

export const contentWorkloads: readonly Workload[] = [
  filesOf('1-32-bytes', (_, i) => 1 + (i % 32)),
  filesOf('100-bytes', () => 100),
  filesOf('1000-bytes', () => 1000),
  filesOf('4-KiB', () => 4096),
  filesOf('4097-bytes', () => 4097),
  filesOf('64-KiB', () => 65_536),
  filesOf('65537-bytes', () => 65_537),
  filesOf('1-MiB', () => MIB),
  filesOf('random-sizes', logSize),
  appendOne('1', 1),
  appendOne('100', 100),
  appendOne('65536', 65_536),
  appendThousand,
  appendPaths,
  writev,
  positioned(
    'write-backward',
    'a file written from its end to its beginning, 1,000 bytes at a time',
    1000,
    (env, i) => env.quota - 1000 * (i + 1),
  ),
  positioned('write-strided', 'one byte in every 4,096', 1, (_, i) => i * 4096, false),
  positioned('write-strided-wide', 'one byte in every 64 KiB', 1, (_, i) => i * 65_536, false),
  positioned('write-random', '100 bytes at random positions of a file twice the quota', 100, (env) =>
    env.random(env.quota * 2),
  ),
  positioned(
    'write-sparse',
    'one byte at random positions of a terabyte',
    1,
    (env) => env.random(2 ** 20) * 2 ** 20 + env.random(2 ** 20),
    false,
  ),
  sparseFiles,
  truncateUp,
  truncateUpDown,
  rewrites,
  overwrites,
  churn,
  fragments,
  fragmentsLeft,
  growFragments,
  holes,
  copies,
  copyChains,
  fragmentClasses,
  manyWriters,
];
