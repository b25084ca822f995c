/** The code of "Why BytesIO Isn't Enough" (articles, item 7), translated. */
import { strFromU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { NodeLimitExceededError, QuotaExceededError } from '../../../src/core/index.js';
import { TextHandle } from '../../../src/mfs/index.js';
import { createMfs, MIB } from '../helpers.js';

describe('basic usage', () => {
  it('mkdir, open, write, read, stat', () => {
    const mfs = createMfs();
    mfs.mkdir('/work/data');
    {
      using f = mfs.open('/work/data/hello.txt', 'wb');
      f.write(Buffer.from('Hello, D-MemFS!\n'));
    }
    {
      using f = mfs.open('/work/data/hello.txt', 'rb');
      expect(f.read().toString()).toBe('Hello, D-MemFS!\n');
    }
    const st = mfs.stat('/work/data/hello.txt');
    expect(st.size).toBe(16);
    expect(st.isDir).toBe(false);
    expect(Math.abs(st.modifiedAt - Date.now())).toBeLessThan(10_000);
  });

  it('directories', () => {
    const mfs = createMfs();
    mfs.importTree({ '/work/data/hello.txt': Buffer.from('x') });
    expect([...mfs.listdir('/work/data')]).toEqual(['hello.txt']);
    mfs.rmtree('/work');
    expect(mfs.exists('/work')).toBe(false);
  });

  it('text files', () => {
    const mfs = createMfs();
    mfs.mkdir('/logs');
    {
      using f = mfs.open('/logs/app.log', 'wb');
      const th = new TextHandle(f, { encoding: 'utf-8' });
      th.write('Started\n');
      th.write('Processing completed\n');
    }
    using f = mfs.open('/logs/app.log', 'rb');
    const lines: string[] = [];
    for (const line of new TextHandle(f, { encoding: 'utf-8' })) lines.push(line);
    expect(lines).toEqual(['Started\n', 'Processing completed\n']);
  });
});

describe('limits', () => {
  it('a write over the quota is refused before it is done', () => {
    const mfs = createMfs({ maxQuota: MIB });
    mfs.mkdir('/data');
    let error: unknown;
    try {
      using f = mfs.open('/data/big.bin', 'wb');
      f.write(Buffer.alloc(2 * MIB, 'x'));
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(QuotaExceededError);
    expect(error).toMatchObject({ limit: MIB, requested: expect.any(Number) });
    expect((error as QuotaExceededError).requested).toBeGreaterThanOrEqual(2 * MIB);
    expect(mfs.getSize('/data/big.bin')).toBe(0);
  });

  it('four nodes: the root, a directory and two files', () => {
    const mfs = createMfs({ maxNodes: 4 });
    mfs.mkdir('/data');
    mfs.open('/data/a.txt', 'xb').close();
    mfs.open('/data/b.txt', 'xb').close();
    expect(() => mfs.open('/data/c.txt', 'xb').close()).toThrow(NodeLimitExceededError);
  });
});

describe('batch operations', () => {
  it('imports, processes, exports as a ZIP', () => {
    const mfs = createMfs();
    mfs.importTree({
      '/snapshot/config.json': Buffer.from('{"debug": true}'),
      '/snapshot/data.csv': Buffer.from('id,name\n1,Alice\n'),
    });
    {
      using f = mfs.open('/snapshot/config.json', 'rb');
      expect(JSON.parse(String(f.read()))).toEqual({ debug: true });
    }
    const exported = mfs.exportTree('/snapshot');
    const zip = zipSync(Object.fromEntries(Object.entries(exported).map(([path, data]) => [path.slice(1), data])));
    const unzipped = unzipSync(zip);
    expect(Object.keys(unzipped)).toEqual(['snapshot/config.json', 'snapshot/data.csv']);
    expect(strFromU8(unzipped['snapshot/data.csv'] as Uint8Array)).toBe('id,name\n1,Alice\n');
  });
});
