/** The README's table of costs, measured. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemoryFileSystem } from '../../src/index.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const rows = [...readme.matchAll(/^\| (.+) \| ([\d,]+) \|$/gm)];
const promised = new Map(rows.map(([, what, bytes = '']) => [what, Number(bytes.replaceAll(',', ''))]));

type Fs = MemoryFileSystem['fs'];

/** Average charge of one call out of `count`, on a volume where `prepare` has run. */
function average(count: number, call: (fs: Fs, index: number) => void, prepare: (fs: Fs) => void = () => {}): number {
  const { engine, fs } = new MemoryFileSystem({ maxQuota: 2 ** 30 });
  prepare(fs);
  const before = engine.usage().used;
  for (let index = 0; index < count; index++) call(fs, index);
  return (engine.usage().used - before) / count;
}

const withFile = (fs: Fs) => fs.writeFileSync('/file', 'x');
const append = (fs: Fs) => fs.appendFileSync('/log', 'x');

function makeHole(fs: Fs): void {
  fs.writeFileSync('/hole', '');
  fs.truncateSync('/hole', 2 ** 40);
}

const measured: Record<string, () => number> = {
  'an empty file or directory': () => average(1000, (fs, index) => fs.mkdirSync(`/name-${index}`)),
  'a file of 1 KiB': () => average(10_000, (fs, index) => fs.writeFileSync(`/name-${index}`, Buffer.alloc(1024))),
  'a file of 1 MiB': () => average(100, (fs, index) => fs.writeFileSync(`/name-${index}`, Buffer.alloc(1024 ** 2))),
  '100,000 appends of one byte': () => average(100_000, append) * 100_000,
  'a file of 1 TiB that is one hole': () => average(1, makeHole),
  'a hard link': () => average(1000, (fs, index) => fs.linkSync('/file', `/name-${index}`), withFile),
  'a symbolic link': () => average(1000, (fs, index) => fs.symlinkSync('/file', `/name-${index}`), withFile),
  'an open descriptor': () => average(1000, (fs) => void fs.openSync('/file', 'r'), withFile),
};

describe('what it costs, by the README', () => {
  it('lists what is measured here', () => {
    expect([...promised.keys()].sort()).toEqual(Object.keys(measured).sort());
  });

  it.each(Object.keys(measured))('%s', (what) => {
    const ratio = (measured[what]?.() ?? 0) / (promised.get(what) ?? 0);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.2);
  });
});
