/** Test helper: trees in one comparable form, and a place on the disk for them. */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export { type Described, described, plant, TIME, zipped } from './described.js';

/** A directory on the disk that goes when the test ends. */
export function diskDirectory(): string {
  const path = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-adapters-'));
  onTestFinished(() => nodeFs.rmSync(path, { recursive: true, force: true }));
  return path;
}
