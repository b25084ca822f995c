/** Quota truth: what the adapters make of a volume: an overlay that looks, copies up and deletes, archives that do not fit. */
import type { Readable } from 'node:stream';
import { exportArchive, exportArchiveStream, importArchive } from '../../../src/adapters/archive/index.js';
import { createFs } from '../../../src/index.js';
import type { Workload } from '../env.js';
import { LOWER_DIRECTORIES, LOWER_FILES, lowerPath } from '../open.js';
import { part } from '../parts.js';

const overlay = (
  name: string,
  about: string,
  run: Workload['run'],
  more: Pick<Workload, 'endless' | 'release'> = {},
): Workload => ({ name: `overlay-${name}`, about, portable: false, overlay: true, run, ...more });

const lookedUp = overlay(
  'looked-up',
  'every file of a lower tree of twenty thousand looked at, three times',
  (env) => {
    for (let round = 0; round < 3; round++) env.fill((i) => env.fs.statSync(lowerPath(i)), LOWER_FILES);
  },
  { endless: true },
);

const copiedUp = overlay('copied-up', 'lower files appended to, so that each is copied up, then filled up', (env) => {
  env.fill((i) => env.fs.appendFileSync(lowerPath(i), part(10)), LOWER_FILES);
  env.fill((i) => env.fs.writeFileSync(`/lower/new${i}`, part(500)));
});

const deleted = overlay(
  'deleted',
  'lower files deleted, so that their directories become complete, then filled up',
  (env) => {
    env.fill((i) => env.fs.unlinkSync(lowerPath(i * 100)), LOWER_DIRECTORIES);
    env.fill((i) => env.fs.writeFileSync(`/lower/new${i}`, part(500)));
  },
);

const opened = overlay(
  'opened',
  'lower files opened and left open',
  (env) => {
    env.fill((i) => env.keepNumber(env.fs.openSync(lowerPath(i % LOWER_FILES), 'r')));
  },
  { release: (env) => env.closeNumbers() },
);

const listed = overlay(
  'listed',
  'lower directories opened, one entry read of each, left open',
  (env) => {
    env.fill((i) => {
      const dir = env.fs.opendirSync(`/lower/d${i % LOWER_DIRECTORIES}`);
      env.keep(dir);
      dir.readSync();
    });
  },
  { release: (env) => env.releaseObjects((dir: { closeSync(): void }) => dir.closeSync()) },
);

const allDeleted = overlay(
  'all-deleted',
  'every lower file deleted, so that twenty thousand names are withheld, then filled up',
  (env) => {
    env.fill((i) => env.fs.unlinkSync(lowerPath(i)), LOWER_FILES);
    env.fill((i) => env.fs.writeFileSync(`/lower/new${i}`, part(500)));
  },
);

const missing = overlay(
  'missing',
  'names looked for that are neither above nor below, three hundred thousand of them',
  (env) => void env.fill((i) => void env.fs.existsSync(`${lowerPath(i % LOWER_FILES)}-${i}`), 300_000),
  { endless: true },
);

const moved = overlay('moved', 'lower files renamed within and between lower directories, then filled up', (env) => {
  env.fill((i) => env.fs.renameSync(lowerPath(i), `${lowerPath((i * 37) % LOWER_FILES)}-moved-${i}`), LOWER_FILES);
  env.fill((i) => env.fs.writeFileSync(`/lower/new${i}`, part(500)));
});

const touched = overlay(
  'touched',
  'lower files whose times alone are changed, then listed with their types, then filled up',
  (env) => {
    env.fill((i) => env.fs.utimesSync(lowerPath(i), i, i), LOWER_FILES);
    for (let i = 0; i < LOWER_DIRECTORIES; i++) env.fs.readdirSync(`/lower/d${i}`, { withFileTypes: true });
    env.fill((i) => env.fs.writeFileSync(`/lower/new${i}`, part(500)));
  },
);

/** An archive of more than a volume takes. */
async function tooMuch(format: 'tar' | 'zip', quota: number): Promise<Buffer> {
  const fs = createFs({ maxQuota: quota * 4 });
  for (let i = 0; i * 1900 < quota; i++) {
    if (i % 100 === 0) fs.mkdirSync(`/d${i / 100}`);
    fs.writeFileSync(`/d${Math.floor(i / 100)}/file-${i}`, part(2000));
  }
  return exportArchive(fs, '/', { format });
}

const archive = (format: 'tar' | 'zip'): Workload => ({
  name: `archive-fails-${format}`,
  about: `a ${format} of more than fits imported ten times: nothing of it may remain`,
  portable: false,
  code: 2 ** 20,
  async run(env) {
    const source = await tooMuch(format, env.quota);
    const before = env.extras?.usage().used;
    for (let round = 0; round < 10; round++) {
      await importArchive(env.fs, source).then(
        () => env.wrong.push('it did fit'),
        (error) => env.refused(error),
      );
      if (env.extras?.usage().used !== before) env.wrong.push('a refused import left something behind');
    }
    env.fill((i) => env.fs.writeFileSync(`/rest${i}`, part(500)));
  },
});

const exportsHalf: Workload = {
  name: 'archive-streams-left',
  about: 'archives of a full volume written as streams, one piece read of each, destroyed',
  portable: false,
  async run(env) {
    env.fill((i) => env.fs.writeFileSync(`/f${i}`, part(3000)));
    for (let i = 0; i < Math.min(50, env.mostSteps); i++) {
      const stream = exportArchiveStream(env.fs, '/', { format: i % 2 === 0 ? 'tar' : 'zip' });
      await firstPiece(stream);
      stream.destroy();
    }
  },
};

const firstPiece = async (stream: Readable): Promise<void> => {
  for await (const _ of stream.iterator({ destroyOnReturn: false })) return;
};

export const adapterWorkloads: readonly Workload[] = [
  lookedUp,
  copiedUp,
  deleted,
  opened,
  listed,
  allDeleted,
  missing,
  moved,
  touched,
  archive('tar'),
  archive('zip'),
  exportsHalf,
];
