// The package's types as a TypeScript program sees them; compiled, never run.
import type nodeFs from 'node:fs';
import { createFs, MemoryFileHandle, MemoryFileSystem, NodeLimitExceededError, QuotaExceededError } from 'quotafs';

const fs: typeof nodeFs = createFs({ maxQuota: 1024, maxNodes: 10 });
const text: string = fs.readFileSync('/file', 'utf8');
const stats: nodeFs.Stats | undefined = fs.statSync('/file', { throwIfNoEntry: false });

const volume = new MemoryFileSystem({ maxQuota: 1024, defaultStorage: 'auto' });
const sameVolume: typeof nodeFs = volume.fs;
const handle: MemoryFileHandle = volume.open('/file', 'wb');
// @ts-expect-error handles are made by `open` alone
new MemoryFileHandle();

function shortfall(error: unknown): number {
  if (error instanceof NodeLimitExceededError) return error.requested;
  return error instanceof QuotaExceededError ? error.requested - error.available : 0;
}

export { handle, sameVolume, shortfall, stats, text };
