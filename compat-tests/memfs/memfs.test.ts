/**
 * Compat tests, memfs: ours answers every probe as Node does, or the probe's
 * title stands in docs/differences.md with the reason.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadOurs } from '../targets.js';
import { judge } from './judge.js';

it('no probe differs without a line in docs/differences.md', { timeout: 60_000 }, async () => {
  const documented = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8');
  const found = await judge(await loadOurs());
  const silent = [...found].filter(([title]) => !documented.includes(title));
  expect(silent.map(([title, answers]) => ({ title, ...answers }))).toEqual([]);
});
