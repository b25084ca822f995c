/** Test helper: `createFs` whose volumes are audited when the test is over. */
import { afterEach, expect } from 'vitest';
import { type CreateFsOptions, createFs as make, quotaOf } from '../../src/facade/index.js';

const made: object[] = [];

afterEach(() => {
  for (const fs of made.splice(0)) expect(quotaOf(fs).audit().problems).toEqual([]);
});

export function createFs(options?: CreateFsOptions): ReturnType<typeof make> {
  const fs = make(options);
  made.push(fs);
  return fs;
}
