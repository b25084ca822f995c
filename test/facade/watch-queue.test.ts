/** What waits for watchers: who is told of what, in which order, when some come, go, fail and change files themselves. */
import { describe, expect, it } from 'vitest';
import { createFs, quotaOf } from '../../src/facade/index.js';
import { createPrng, effort, seeds } from '../helpers/prng.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const settle = async (): Promise<void> => {
  for (let i = 0; i < 40; i++) await turn();
};
const volume = () => {
  const fs = createFs({ maxQuota: 2 ** 24 });
  fs.mkdirSync('/dir');
  return { fs, quota: quotaOf(fs) };
};

describe('watchers of one directory', () => {
  it('are told of each change in turn, in the order in which they came', async () => {
    const { fs, quota } = volume();
    const told: string[] = [];
    const watchers = ['a', 'b', 'c'].map((who) => fs.watch('/dir', (_, name) => told.push(`${who}:${name}`)));
    fs.mkdirSync('/dir/one');
    fs.mkdirSync('/dir/two');
    await settle();
    expect(told).toEqual(['a:one', 'b:one', 'c:one', 'a:two', 'b:two', 'c:two']);
    for (const watcher of watchers) watcher.close();
    expect(quota.audit().problems).toEqual([]);
  });

  it('are told of what happened while they watched, however others come and go in between', async () => {
    const { fs } = volume();
    const told: string[] = [];
    const watch = (who: string) => fs.watch('/dir', (_, name) => told.push(`${who}:${name}`));
    const first = watch('a');
    const second = watch('b');
    fs.mkdirSync('/dir/1');
    const third = watch('c');
    fs.mkdirSync('/dir/2');
    second.close();
    fs.mkdirSync('/dir/3');
    const fourth = watch('d');
    fs.mkdirSync('/dir/4');
    await settle();
    expect(told).toEqual(['a:1', 'a:2', 'c:2', 'a:3', 'c:3', 'a:4', 'c:4', 'd:4']);
    for (const watcher of [first, third, fourth]) watcher.close();
  });

  it('are told a change once that is made again before the first of them is told', async () => {
    const { fs } = volume();
    fs.writeFileSync('/dir/file', '');
    await settle();
    const told: string[] = [];
    const watchers = ['a', 'b'].map((who) => fs.watch('/dir', (event, name) => told.push(`${who}:${event}:${name}`)));
    for (let i = 0; i < 5; i++) fs.appendFileSync('/dir/file', 'x');
    await settle();
    expect(told).toEqual(['a:change:file', 'b:change:file']);
    for (const watcher of watchers) watcher.close();
  });

  it('that fail or change files themselves keep nobody from being told', async () => {
    const { fs } = volume();
    const told: string[] = [];
    const failures: unknown[] = [];
    const listeners = process.rawListeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => failures.push(error));
    const failing = fs.watch('/dir', () => {
      throw new Error('a listener failed');
    });
    const writing = fs.watch('/dir', (_, name) => {
      if (name === 'one') fs.mkdirSync('/dir/two');
    });
    const last = fs.watch('/dir', (_, name) => told.push(String(name)));
    fs.mkdirSync('/dir/one');
    await settle();
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener as () => void);
    expect(told).toEqual(['one', 'two']);
    expect(failures).toHaveLength(2);
    for (const watcher of [failing, writing, last]) watcher.close();
  });
});

async function program(seed: number): Promise<void> {
  const random = createPrng(seed);
  const { fs, quota } = volume();
  const before = quota.used;
  const open: { close(): void; told: string[]; expected: string[] }[] = [];
  const all: (typeof open)[number][] = [];
  let made = 0;
  for (let step = 0; step < 120; step++) {
    const choice = random.int(10);
    if (choice < 2) {
      const told: string[] = [];
      const watcher = fs.watch('/dir', (_, name) => told.push(String(name)));
      open.push({ close: () => watcher.close(), told, expected: [] });
      all.push(open[open.length - 1]);
    } else if (choice === 2 && open.length > 0) {
      const [one] = open.splice(random.int(open.length), 1);
      // It may have been told a part of what waited for it.
      one.expected.length = one.told.length;
      one.close();
    } else if (choice === 3) await turn();
    else {
      const name = `n${made++}`;
      fs.symlinkSync('x', `/dir/${name}`);
      for (const one of open) one.expected.push(name);
    }
  }
  await settle();
  for (const { told, expected } of all) expect(told).toEqual(expected);
  for (const one of open) one.close();
  for (let i = 0; i < made; i++) fs.unlinkSync(`/dir/n${i}`);
  await settle();
  expect(quota.used).toBe(before);
  expect(quota.audit().problems).toEqual([]);
}

it.each(seeds(1))(
  'random programs: each watcher is told all that happened while it was open (seed %i)',
  async (seed) => {
    for (let i = 0; i < 30 * effort; i++) await program(seed + i);
  },
);
