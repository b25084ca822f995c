/** The examples of the D-MemFS API run and print what they promise. (The README's own are in test/package.) */
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => void vi.restoreAllMocks());

async function run(load: () => Promise<unknown>): Promise<unknown[][]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await load();
  return log.mock.calls;
}

describe('docs/examples', () => {
  it('zip.ts', async () => {
    expect(await run(() => import('../../docs/examples/zip.js'))).toEqual([
      [['/in/data/report.csv', '/in/readme.txt']],
      ['ENOSPC', false],
      [['/out/report.csv']],
    ]);
  });

  it('workers.ts', async () => {
    expect(await run(() => import('../../docs/examples/workers.js'))).toEqual([['2000 lines, 2000 whole']]);
  });

  it('text.ts', async () => {
    expect(await run(() => import('../../docs/examples/text.js'))).toEqual([
      [22, 'bytes'],
      ['こんにちは', 10],
      ['"世界\\r\\n"'],
      ['"Hello\\n"'],
      ["EILSEQ: the character U+1F600 at index 0 cannot be written in shift_jis, write '/hello.txt'"],
    ]);
  });
});
