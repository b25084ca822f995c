/**
 * Compat tests, conformance: every case on ours, its answer compared with the
 * real file system's.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { loadOurs } from '../targets.js';
import { areas } from './areas/index.js';
import { differences, Stage } from './suite.js';

const stage = new Stage();
const ours = await loadOurs();
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
