/**
 * Compat tests, packages: every job gives on ours what it gives on the real file
 * system, and leaves nothing on the real one.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { Stage } from '../conformance/suite.js';
import { loadOurs } from '../targets.js';
import { jobs } from './jobs.js';

const stage = new Stage();
const ours = await loadOurs();
afterAll(() => stage.close());

describe('packages on the object', () => {
  for (const [name, job] of Object.entries(jobs)) {
    it(name, { timeout: 30_000 }, async () => {
      const { expected, actual } = await stage.judge((t) => job(t.fs, t.dir), ours);
      expect(expected).not.toMatch(/^\{(rejected|threw)/);
      expect(actual).toBe(expected);
    });
  }
});
