/**
 * Compat tests, conformance: every case on ours, its answer compared with the
 * real file system's. `npm run check:package` runs it on the built package.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { loadTarget } from '../targets.js';
import { areas } from './areas/index.js';
import { differences, Stage } from './suite.js';

const stage = new Stage();
const ours = await loadTarget(process.env.QUOTAFS_TARGET ?? 'ours');
afterAll(() => stage.close());

for (const [name, area] of Object.entries(areas)) {
  describe(name, () => {
    for (const [title, run] of Object.entries(area)) {
      it(title, { timeout: 90_000 }, async () => {
        expect(differences(await stage.judge(run, ours))).toEqual([]);
      });
    }
  });
}
