/** What a volume looks like where a failing test prints it. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createFs, MemoryFileSystem, quotaOf } from '../../src/index.js';

const volumes: ReturnType<typeof createFs>[] = [];
const make = () => {
  const fs = createFs({ maxQuota: 4 * 1024 * 1024 });
  volumes.push(fs);
  return fs;
};
afterEach(() => {
  for (const fs of volumes.splice(0)) expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
});

describe('util.inspect of a volume', () => {
  it('shows how full it is, and its tree', () => {
    const fs = make();
    fs.mkdirSync('/src/lib', { recursive: true });
    fs.writeFileSync('/src/index.js', 'x'.repeat(1500));
    fs.writeFileSync('/src/ü\n', '');
    fs.symlinkSync('index.js', '/src/link');
    expect(inspect(fs)).toMatch(
      /^quotafs: [\d.]+ KiB of 4\.0 MiB used\n\/\n {2}src\/\n {4}index\.js \(1\.5 KiB\)\n {4}lib\/\n {4}link -> index\.js\n {4}ü\? \(0 B\)$/,
    );
    expect(inspect({ fs }, { depth: 0 })).toMatch(/^\{ fs: \[quotafs: [\d.]+ KiB of 4\.0 MiB used\] \}$/);
  });

  it('is short, however large the volume is', () => {
    const fs = make();
    for (let i = 0; i < 500; i++) fs.mkdirSync(`/d${i}/e/f`, { recursive: true });
    const lines = inspect(fs).split('\n');
    expect(lines.length).toBeLessThan(40);
    expect(lines.at(-1)).toBe('  … and more');
  });

  it('leaves no trace: no member that is seen, no time that moves', () => {
    const fs = make();
    fs.mkdirSync('/dir');
    fs.utimesSync('/dir', 1, 2);
    const keys = Object.keys(fs);
    const before = fs.statSync('/dir');
    inspect(fs);
    expect(fs.statSync('/dir')).toEqual(before);
    expect(Object.keys(fs)).toEqual(keys);
    expect(Reflect.ownKeys({ ...fs }).filter((key) => typeof key === 'symbol')).toEqual([]);
  });

  it('of a MemoryFileSystem, and as text', () => {
    const mfs = new MemoryFileSystem({ maxQuota: 4 * 1024 * 1024 });
    mfs.mkdir('/dir');
    expect(inspect(mfs)).toMatch(/^quotafs: .*\n\/\n {2}dir\/$/);
    expect(String(mfs)).toBe(inspect(mfs));
    expect(inspect(mfs.quota)).toMatch(/^\{ limit: 4194304, used: \d+, available: \d+, peak: \d+ \}$/);
  });
});
