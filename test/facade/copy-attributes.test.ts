/** What of its source's owner, times and mode a copy has, beside the real fs: it depends on the release, the form and who copies. */
import type { CopySyncOptions, Stats } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { record } from './record.js';
import type { Fs } from './side-by-side.js';

const ACCESSED = 946_684_800.123456;
const MODIFIED = 1_500_000_000.5;
const asRoot = process.getuid?.() === 0;

const time = (ms: number): number | string => (ms > 1.7e12 ? 'now' : ms);
const show = ({ uid, gid, mode, atimeMs, mtimeMs }: Stats): unknown[] => [
  uid,
  gid,
  mode.toString(8),
  time(atimeMs),
  time(mtimeMs),
];

function age(fs: Fs, path: string): void {
  if (asRoot) fs.chownSync(path, 1000, 1001);
  fs.chmodSync(path, 0o6755);
  fs.utimesSync(path, ACCESSED, MODIFIED);
}

const tree = { full: 'content', empty: '', d: { full: 'content', empty: '' } };

describe('a copy has owner and times of its source where Node gives them', () => {
  it('copyFile', async () => {
    const { real, ours } = await record({ ...tree, old: 'old' }, async ({ fs, sync, later }) => {
      for (const source of ['full', 'empty']) {
        for (const target of ['new', 'old']) {
          age(fs, source);
          sync(`${source} ${target}`, () => [fs.copyFileSync(source, target), show(fs.statSync(target))]);
          age(fs, source);
          await later(`${source} ${target}`, () => fs.promises.copyFile(source, target));
          sync('copy', () => show(fs.statSync(target)));
        }
      }
    });
    expect(ours).toEqual(real);
  });

  it('cp and cpSync with each option', async () => {
    const choices: readonly CopySyncOptions[] = [
      {},
      { mode: 2 },
      { filter: () => true },
      { preserveTimestamps: true },
      { preserveTimestamps: true, filter: () => true },
      { dereference: true },
      { force: false },
    ];
    for (const options of choices) {
      const { real, ours } = await record(tree, async ({ fs, sync, later }) => {
        for (const source of ['full', 'empty', 'd']) {
          const inner = source === 'd' ? ['d/full', 'd/empty'] : [source];
          const given = { recursive: true, ...options };
          for (const round of ['new', 'again']) {
            for (const path of inner) age(fs, path);
            sync(`cpSync ${source} ${round}`, () => fs.cpSync(source, `${source}-sync`, given));
            for (const path of inner) age(fs, path);
            await later(`cp ${source} ${round}`, () => fs.promises.cp(source, `${source}-later`, given));
            for (const path of inner) {
              for (const form of ['sync', 'later']) {
                const copy = path.replace(source, `${source}-${form}`);
                sync(`${copy} ${round}`, () => show(fs.statSync(copy)));
              }
            }
          }
        }
      });
      expect(ours, JSON.stringify(options)).toEqual(real);
    }
  });

  it.each([{}, { force: false }, { dereference: true }, { filter: () => true }, { force: false, filter: () => true }])(
    'times of files and directories that were there, %o',
    async (choice) => {
      for (const form of ['sync', 'later']) {
        const there = { f: 'content', s: { g: 'content' } };
        const { real, ours } = await record({ from: there, to: there }, async ({ fs, sync, later }) => {
          for (const path of ['from/f', 'from/s/g', 'from/s']) fs.utimesSync(path, ACCESSED, MODIFIED);
          const options = { recursive: true, preserveTimestamps: true, ...choice };
          if (form === 'sync') sync('cpSync', () => fs.cpSync('from', 'to', options));
          else await later('cp', () => fs.promises.cp('from', 'to', options));
          for (const path of ['to/f', 'to/s/g', 'to/s']) {
            sync(path, () => time(fs.statSync(path).mtimeMs));
          }
        });
        expect(ours, form).toEqual(real);
      }
    },
  );

  it('a clone that is demanded is refused after directories are', async () => {
    const { real, ours } = await record({ f: 'content', d: {} }, ({ fs, sync }) => {
      for (const mode of [4, 5]) {
        for (const [from, to] of ['f d', 'd new', 'd d', 'f new'].map((pair) => pair.split(' '))) {
          sync(`${from} ${to} ${mode}`, () => fs.copyFileSync(from, to, mode));
        }
      }
    });
    expect(ours).toEqual(real);
  });
});
