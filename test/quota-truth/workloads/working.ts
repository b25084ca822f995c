/**
 * Quota truth: what calls keep while they run, weighed from inside (filters are called there), and what the package keeps
 * for the whole process.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFromDisk } from '../../../src/adapters/disk/index.js';
import { TextHandle } from '../../../src/index.js';
import { type Env, inThousands, type Workload } from '../env.js';
import { fillUp, ours } from '../parts.js';

const DEEP = `/${'p'.repeat(200)}`.repeat(15);

/** Looks four times while `count` entries pass. */
function looking(env: Env, count: number): () => boolean {
  let seen = 0;
  return () => {
    if (++seen % Math.ceil(count / 4) === 0) env.look();
    return true;
  };
}

const deepCopies = ours(
  'cp-of-deep-tree',
  'cp of empty files below a path of 3,000 bytes, weighed in its filter, in each form',
  async (env) => {
    env.fs.mkdirSync(DEEP, { recursive: true });
    const count = Math.floor(env.quota / 2500);
    for (let i = 0; i < count; i++) env.fs.writeFileSync(`${DEEP}/${i}`, '');
    const [top] = DEEP.slice(1).split('/');
    env.attempt(() => env.fs.cpSync(`/${top}`, '/copy', { recursive: true, filter: looking(env, count) }));
    const filter = looking(env, count);
    await env.fs.promises.cp(`/${top}`, '/other', { recursive: true, filter: async () => filter() }).catch((error) => {
      env.refused(error);
    });
    fillUp(env);
  },
  // The plan, which is not billed.
  { code: 2 ** 21 },
);

const importedTree = (): string => {
  tree ??= mkdtempSync(join(tmpdir(), 'quotafs-truth-'));
  return tree;
};
let tree: string | undefined;
const DISK_FILES = 4000;

function makeImportedTree(): void {
  const root = importedTree();
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  for (let i = 0; i < DISK_FILES; i++) {
    if (i % 500 === 0) mkdirSync(join(root, `directory-${i / 500}-`.padEnd(200, 'd')));
    writeFileSync(join(root, `directory-${Math.floor(i / 500)}-`.padEnd(200, 'd'), `${i}-`.padEnd(200, 'f')), 'x');
  }
}

const diskImport = ours(
  'disk-import',
  'a directory of the disk with four thousand long names imported again and again, weighed in its filter',
  async (env) => {
    await env.fillAsync((i) =>
      importFromDisk(env.fs, importedTree(), { to: `/t${i}`, filter: looking(env, DISK_FILES) }),
    );
    fillUp(env);
  },
  // The code of asynchronous calls of the disk, which few rounds of warming up have compiled.
  { prepare: makeImportedTree, code: 2 ** 19 },
);

const globs = ours(
  'glob-patterns',
  'a hundred thousand patterns that were never seen before, in every call that takes some',
  (env) => {
    for (let i = 0; i < 200; i++) env.fs.writeFileSync(inThousands(env, i), '');
    env.fill((i) => {
      env.fs.globSync?.(`/d0/{f${i},x${i}}*[a-${String.fromCharCode(97 + (i % 26))}]?(z|${i})`);
      env.fs.watch('/', { ignore: [`**/${i}*.{a,b${i}}`] } as object, () => {}).close();
    }, 10_000);
  },
  { endless: true },
);

/** Every encoding with tables of its own. */
const ENCODINGS = ['shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'euc-kr', 'iso-2022-jp', 'koi8-r', 'windows-1250'];

const encodings = ours(
  'mfs-encodings',
  'text written and read in every encoding that has tables, then filled up',
  (env) => {
    for (const encoding of ENCODINGS) {
      using handle = env.mfs.sync.open(`/${encoding}`, 'wb');
      new TextHandle(handle, { encoding }).write('text');
    }
    fillUp(env);
  },
  // The tables, which the process keeps.
  { mfs: true, code: 2 * 2 ** 20 },
);

export const workingWorkloads: readonly Workload[] = [deepCopies, diskImport, globs, encodings];
