/** What an fs object costs that is made and hardly used, as test suites make them by the thousand. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createFs, MemoryFileSystem, quotaOf } from '../../src/index.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function bytesInUse(): number {
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The least of some rounds: what the process compiles or keeps meanwhile is no part of it. */
function bytesOfEach(make: () => object): number {
  const rounds = Array.from({ length: 4 }, () => {
    const kept = Array.from({ length: 100 }, make);
    const before = bytesInUse();
    for (let i = 0; i < 1000; i++) kept.push(make());
    const each = (bytesInUse() - before) / 1000;
    expect(kept).toHaveLength(1100);
    return each;
  });
  return Math.min(...rounds);
}

it('takes less than 12 KiB: its members, an empty volume, and nothing that they need only when they are called', () => {
  expect(bytesOfEach(() => createFs())).toBeLessThan(12 * 1024);
  expect(quotaOf(createFs()).audit().ok).toBe(true);
});

it('is most of it: a volume without one takes less than 2 KiB', () => {
  expect(bytesOfEach(() => new MemoryFileSystem())).toBeLessThan(2 * 1024);
  expect(new MemoryFileSystem().engine.audit().ok).toBe(true);
});

it('has members that work alone, and each object its own', () => {
  const [one, other] = [createFs(), createFs()];
  const { writeFileSync, readFileSync } = one;
  writeFileSync('/file', 'one');
  expect(readFileSync('/file', 'utf8')).toBe('one');
  expect(other.existsSync('/file')).toBe(false);
  expect(other.readFileSync).not.toBe(readFileSync);
  expect(Object.getOwnPropertyDescriptor(one, 'readFileSync')).toMatchObject({
    enumerable: true,
    writable: true,
    configurable: true,
  });
  expect(quotaOf(one).audit().ok && quotaOf(other).audit().ok).toBe(true);
});
