/** Memory taken ahead of the bytes, by allocate and by open: it does not show, and later writes cannot be refused. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createVolume, type Engine, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../src/core/index.js';
import { faultOf } from '../helpers/errno-name.js';
import { expectClean } from '../helpers/snapshot.js';

let engine: Engine;
const content = (path: string): string =>
  Buffer.from(engine.readFile(path, O_RDONLY, (size) => new Uint8Array(size))).toString();
const put = (path: string, text: string): void =>
  engine.writeFile(path, Buffer.from(text), O_WRONLY | O_CREAT | O_TRUNC, 0o644);

beforeEach(() => {
  engine = createVolume();
  put('/f', 'hello');
});

describe('preallocation', () => {
  const SIZE = 300_000;

  it('allocate takes the memory, keeps the size, and makes later writes certain', () => {
    engine = createVolume({ maxQuota: 1024 * 1024 });
    const fd = engine.open('/f', O_RDWR | O_CREAT, 0o644);
    engine.allocate(fd, SIZE);
    const { used } = engine.usage();
    expect(used).toBeGreaterThanOrEqual(SIZE);
    const out = new Float64Array(18);
    engine.fstat(fd, out);
    expect(out[8]).toBe(0);
    engine.resize(used);
    for (let at = 0; at < SIZE; at += 1000) engine.write(fd, new Uint8Array(1000).fill(3), 0, 1000, at);
    expect(engine.usage().used).toBe(used);
    expect(engine.readFile('/f', O_RDONLY, (size) => new Uint8Array(size)).every((byte) => byte === 3)).toBe(true);
    expectClean(engine);
    engine.close(fd);
    engine.unlink('/f');
    expect(engine.usage().used).toBe(0);
  });

  it('allocate keeps what is there', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    engine.allocate(fd, SIZE);
    engine.allocate(fd, 10);
    expect(content('/f')).toBe('hello');
    engine.ftruncate(fd, 10);
    expect(content('/f')).toBe('hello\0\0\0\0\0');
    expectClean(engine);
  });

  it('allocate refuses a size beyond the largest', () => {
    const fd = engine.open('/f', O_RDWR, 0);
    expect(faultOf(() => engine.allocate(fd, 2 ** 45))).toBe('EFBIG');
  });

  it('open can preallocate in one step: all or nothing', () => {
    engine = createVolume({ maxQuota: 200_000 });
    expect(faultOf(() => engine.open('/new', O_RDWR | O_CREAT, 0o644, SIZE))).toBe('ENOSPC');
    expect(engine.readdir('/')).toEqual([]);
    put('/old', 'content');
    expect(faultOf(() => engine.open('/old', O_RDWR, 0, SIZE))).toBe('ENOSPC');
    expect(faultOf(() => engine.open('/old', O_RDWR, 0, 2 ** 45))).toBe('EFBIG');
    expect(faultOf(() => engine.open('/old', O_RDWR | O_TRUNC, 0, SIZE))).toBe('ENOSPC');
    expect(content('/old')).toBe('content');
    expectClean(engine);
    const fd = engine.open('/new', O_RDWR | O_CREAT, 0o644, 100_000);
    engine.resize(engine.usage().used);
    expect(engine.write(fd, new Uint8Array(100_000), 0, 100_000, 0)).toBe(100_000);
    expectClean(engine);
  });

  it('open can preallocate for a file that is there', () => {
    engine = createVolume({ maxQuota: 500_000 });
    put('/old', 'content');
    const fd = engine.open('/old', O_RDWR, 0, SIZE);
    engine.resize(engine.usage().used);
    expect(engine.write(fd, new Uint8Array(SIZE), 0, SIZE, 0)).toBe(SIZE);
    expectClean(engine);
  });
});
