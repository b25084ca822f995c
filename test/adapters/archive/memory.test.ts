/** What lives beside the volume while 32 MiB stream in and out: a few MiB, whatever the size. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type ArchiveFormat, exportArchiveStream, importArchive } from '../../../src/adapters/archive/index.js';
import { createFs } from '../../../src/facade/index.js';

const MIB = 1024 * 1024;
const FILES = 8;
const FEW = 6 * MIB;

/** Bytes of living buffers: what is dead is given back by another thread, soon. */
async function living(): Promise<number> {
  let least = Infinity;
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.();
    await setTimeout(2);
    least = Math.min(least, process.memoryUsage().arrayBuffers);
  }
  return least;
}

it.each(['tar', 'tar.gz', 'zip'] as ArchiveFormat[])('%s', { timeout: 120_000 }, async (format) => {
  const start = await living();
  const fs = createFs({ maxQuota: 80 * MIB });
  for (let n = 0; n < FILES; n++) fs.writeFileSync(`/${n}`, randomBytes(4 * MIB));
  const source = (await living()) - start;
  const into = createFs({ maxQuota: 160 * MIB });
  let peak = 0;
  let looks = 0;
  const archive = exportArchiveStream(fs, '/', { format, level: 1 });
  async function* watched(): AsyncGenerator<Buffer> {
    let unseen = 0;
    for await (const piece of archive) {
      unseen += piece.length;
      if (unseen >= 4 * MIB) {
        unseen = 0;
        looks++;
        peak = Math.max(peak, (await living()) - start - source - used(into));
      }
      yield piece;
    }
  }
  const { files } = await importArchive(into, Readable.from(watched()), { to: '/', atomic: false });
  expect(files).toBe(FILES);
  expect(looks).toBeGreaterThan(5);
  expect(peak).toBeLessThan(FEW);
});

function used(fs: ReturnType<typeof createFs>): number {
  const { blocks, bavail, bsize } = fs.statfsSync('/');
  return (blocks - bavail) * bsize;
}
