/**
 * Compat tests, packages: every job gives on ours what it gives on the real file
 * system, and leaves nothing on the real one.
 */
import nodeFs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { mount } from '../../src/adapters/mount/index.js';
import { Stage } from '../conformance/suite.js';
import { loadOurs } from '../targets.js';
import { jobs } from './jobs.js';
import { archives } from './jobs-archives.js';
import { more } from './jobs-more.js';
import { mounted } from './jobs-mounted.js';
import { mocked, web } from './jobs-web.js';
import type { Job } from './sources.js';

const stage = new Stage();
const ours = await loadOurs();
afterAll(() => stage.close());

// A package that takes its functions from node:fs as it is loaded gets the mount's, which ask for the volume at each call.
const always = mount(ours.make(), { at: '/quotafs-packages' });
afterAll(() => always.unmount());

const compare = async (run: (fs: typeof nodeFs, dir: string) => Promise<unknown>): Promise<void> => {
  const dirs = new Set<string>();
  const verdict = await stage.judge((t) => {
    dirs.add(t.dir);
    return run(t.fs, t.dir);
  }, ours);
  expect(verdict.expected).not.toMatch(/^\{(rejected|threw)|^hangs/);
  expect(verdict.actual).toBe(verdict.expected);
  // One directory, in which the disk has nothing left when the volume's turn is over.
  expect([...dirs].map((dir) => nodeFs.existsSync(dir))).toEqual([false]);
};

describe('packages on the object', () => {
  for (const [name, job] of Object.entries<Job>({ ...jobs, ...more, ...mocked })) {
    it(name, { timeout: 90_000 }, () => compare(job));
  }
});

describe('packages on a mounted volume', () => {
  for (const [name, job] of Object.entries<Job>({ ...mounted, ...archives, ...web })) {
    it(name, { timeout: 90_000 }, () =>
      compare(async (fs, dir) => {
        if (fs === nodeFs) return job(nodeFs, dir);
        const here = mount(fs, { at: dir });
        try {
          return await job(nodeFs, dir);
        } finally {
          here.unmount();
        }
      }),
    );
  }
});
