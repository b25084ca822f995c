/** src/index.ts: the names of the package, and the two APIs on one volume. */
import { describe, expect, it } from 'vitest';
import * as quotafs from '../../src/index.js';

const { AsyncMemoryFileSystem, MemoryFileSystem, NodeLimitExceededError, QuotaExceededError } = quotafs;

describe('the public API', () => {
  it('has these names', () => {
    expect(Object.keys(quotafs).sort()).toEqual([
      'AsyncMemoryFileHandle',
      'AsyncMemoryFileSystem',
      'MemoryFileHandle',
      'MemoryFileSystem',
      'NodeLimitExceededError',
      'QuotaExceededError',
      'TextHandle',
      'createFs',
      'quotaOf',
    ]);
  });

  it('gives a volume one fs, on the same files', () => {
    const volume = new MemoryFileSystem({ maxQuota: 1024 ** 2 });
    expect(volume.fs).toBe(volume.fs);
    volume.importTree({ '/data/file': Buffer.from('from the volume') });
    expect(volume.fs.readFileSync('/data/file', 'utf8')).toBe('from the volume');
    volume.fs.writeFileSync('/data/file', 'from fs');
    expect(volume.exportAsBuffer('/data/file').toString()).toBe('from fs');
    expect(volume.quota.audit()).toMatchObject({ ok: true });
  });

  it('counts both against one quota, and refuses with one class of error', () => {
    const volume = new MemoryFileSystem({ maxQuota: 1024 ** 2, maxNodes: 3 });
    volume.fs.writeFileSync('/a', Buffer.alloc(700_000));
    expect(() => volume.importTree({ '/b': Buffer.alloc(700_000) })).toThrow(QuotaExceededError);
    expect(() => volume.fs.writeFileSync('/b', Buffer.alloc(700_000))).toThrow(QuotaExceededError);
    volume.mkdir('/c');
    expect(() => volume.fs.mkdirSync('/d')).toThrow(NodeLimitExceededError);
    expect(volume.listdir('/')).toEqual(volume.fs.readdirSync('/'));
    expect(volume.quota.audit()).toMatchObject({ ok: true });
  });

  it('gives the asynchronous file system the same, alone or over a synchronous one', async () => {
    const alone = new AsyncMemoryFileSystem({ maxQuota: 1024 ** 2 });
    await alone.mkdir('/directory');
    expect(alone.fs.readdirSync('/')).toEqual(['directory']);
    expect(alone.sync).toBeInstanceOf(MemoryFileSystem);

    const volume = new MemoryFileSystem();
    const over = new AsyncMemoryFileSystem(volume);
    expect(over.sync).toBe(volume);
    expect(over.fs).toBe(volume.fs);
  });
});
