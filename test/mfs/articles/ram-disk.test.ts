/** The code of "Building a RAM Disk on Windows" (item 5) and "Have you ever wanted to extract a ZIP file in memory?" (item 6), translated. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { createTarGzip, parseTarGzip } from 'nanotar';
import { describe, expect, it, test as vitestTest } from 'vitest';
import { AsyncMemoryFileSystem, MemoryFileSystem } from '../../../src/mfs/index.js';
import { expectClean } from '../../helpers/snapshot.js';
import { createAsyncMfs, createMfs, MIB } from '../helpers.js';

describe('instead of a temporary directory', () => {
  it('processes data in memory', () => {
    const processData = (raw: Uint8Array): Buffer => {
      const mfs = createMfs();
      mfs.mkdir('/tmp');
      {
        using f = mfs.open('/tmp/input.bin', 'wb');
        f.write(raw);
      }
      let data: Buffer;
      {
        using f = mfs.open('/tmp/input.bin', 'rb');
        data = f.read();
      }
      const result = data.map((byte) => byte ^ 0xff);
      {
        using f = mfs.open('/tmp/output.bin', 'wb');
        f.write(result);
      }
      using f = mfs.open('/tmp/output.bin', 'rb');
      return f.read();
    };
    expect(processData(Uint8Array.of(0, 1, 0xff))).toEqual(Buffer.of(0xff, 0xfe, 0));
  });

  it('writes and reads a table', () => {
    const mfs = createMfs({ maxQuota: 64 * MIB });
    mfs.mkdir('/work');
    {
      using f = mfs.open('/work/data.csv', 'wb');
      f.write(Buffer.from('id,value\n1,100\n2,200\n'));
    }
    using f = mfs.open('/work/data.csv', 'rb');
    expect(f.read().toString()).toBe('id,value\n1,100\n2,200\n');
  });
});

describe('asynchronous code', () => {
  it('writes and reads', async () => {
    const mfs = createAsyncMfs({ maxQuota: 32 * MIB });
    await mfs.mkdir('/data');
    {
      await using f = await mfs.open('/data/result.bin', 'wb');
      await f.write(Buffer.from('async result data\n'));
    }
    await using f = await mfs.open('/data/result.bin', 'rb');
    expect((await f.read()).toString()).toBe('async result data\n');
  });

  it('downloads in parallel and processes at once', async () => {
    const server = createServer((request, response) => response.end(JSON.stringify({ url: request.url })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const urls = ['a', 'b', 'c'].map((name) => [`${base}/${name}.json`, `/cache/${name}.json`] as const);
      const mfs = createAsyncMfs({ maxQuota: 64 * MIB });
      await mfs.mkdir('/cache');
      const fetchAndProcess = async (url: string, path: string): Promise<void> => {
        const data = await (await fetch(url)).arrayBuffer();
        await using f = await mfs.open(path, 'wb');
        await f.write(data);
      };
      await Promise.all(urls.map(([url, path]) => fetchAndProcess(url, path)));
      for (const [, path] of urls) {
        await using f = await mfs.open(path, 'rb');
        expect(JSON.parse(String(await f.read()))).toEqual({ url: path.replace('/cache', '') });
      }
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('archives', () => {
  it('ZIP: extracts and gives the size of each file', () => {
    const processZip = (zipBytes: Uint8Array): Record<string, number> => {
      const mfs = createMfs({ maxQuota: 256 * MIB });
      mfs.mkdir('/extracted');
      for (const [name, data] of Object.entries(unzipSync(zipBytes))) {
        using f = mfs.open(`/extracted/${name}`, 'wb');
        f.write(data);
      }
      return Object.fromEntries(
        mfs.listdir('/extracted').map((entry) => [entry, mfs.stat(`/extracted/${entry}`).size]),
      );
    };
    const zip = zipSync({ 'a.txt': strToU8('hello'), 'b.bin': new Uint8Array(100_000) });
    expect(processZip(zip)).toEqual({ 'a.txt': 5, 'b.bin': 100_000 });
  });

  it('tar.gz: extracts with its directories', async () => {
    const processTargz = async (targz: Uint8Array): Promise<string[]> => {
      const mfs = createMfs({ maxQuota: 512 * MIB });
      mfs.mkdir('/extracted');
      for (const member of await parseTarGzip(targz)) {
        if (member.data === undefined) continue;
        const parts = member.name.split('/');
        for (let depth = 1; depth < parts.length; depth++) {
          mfs.mkdir(`/extracted/${parts.slice(0, depth).join('/')}`, { existOk: true });
        }
        using out = mfs.open(`/extracted/${member.name}`, 'wb');
        out.write(member.data);
      }
      expect(mfs.exportAsBuffer('/extracted/docs/deep/b.txt').toString()).toBe('bee');
      return mfs.listdir('/extracted');
    };
    const targz = await createTarGzip([
      { name: 'a.txt', data: 'ay' },
      { name: 'docs/deep/b.txt', data: 'bee' },
    ]);
    expect(await processTargz(targz)).toEqual(['a.txt', 'docs']);
  });

  it('ZIP: importTree makes the parent directories itself', () => {
    const zip = zipSync({
      'data/': new Uint8Array(),
      'data/report.csv': strToU8('id,name\n1,Alice\n'),
      'x.txt': strToU8('x'),
    });
    const mfs = createMfs({ maxQuota: 100 * MIB });
    const files = Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith('/'));
    mfs.importTree(files.map(([name, data]) => [`/${name}`, data] as const));
    using f = mfs.open('/data/report.csv', 'rb');
    expect(f.read().toString('utf8').trimEnd().split('\n')).toEqual(['id,name', '1,Alice']);
  });

  it('ZIP: an archive that climbs is refused', () => {
    const mfs = createMfs();
    const climbing = unzipSync(zipSync({ 'ok.txt': strToU8('x'), '../../etc/passwd': strToU8('evil') }));
    expect(() => mfs.importTree(Object.entries(climbing).map(([name, data]) => [`/${name}`, data] as const))).toThrow(
      'must not climb above the root',
    );
    expect(mfs.listdir('/')).toEqual([]);
  });
});

// The article's pytest fixture: a file system of its own for each test.
const test = vitestTest.extend<{ mfs: MemoryFileSystem }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to learn what the fixture needs
  mfs: async ({}, use) => {
    const mfs = new MemoryFileSystem({ maxQuota: 32 * MIB });
    await use(mfs);
    expectClean(mfs.engine);
  },
});

describe('as a fixture', () => {
  test('write and read', ({ mfs }) => {
    mfs.mkdir('/work');
    {
      using f = mfs.open('/work/test.txt', 'wb');
      f.write(Buffer.from('test data'));
    }
    using f = mfs.open('/work/test.txt', 'rb');
    expect(f.read().toString()).toBe('test data');
  });

  test('the quota is isolated', ({ mfs }) => {
    expect(mfs.listdir('/')).toEqual([]);
    mfs.mkdir('/data');
    {
      using f = mfs.open('/data/file.bin', 'wb');
      f.write(Buffer.alloc(1024, 'x'));
    }
    expect(mfs.stat('/data/file.bin').size).toBe(1024);
    expect(new AsyncMemoryFileSystem(mfs).sync).toBe(mfs);
  });
});
