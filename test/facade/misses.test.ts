/** A miss that is an answer builds no Error: counted by V8's own call counts, in a process of its own. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('./misses-program.ts', import.meta.url));

it('existsSync and throwIfNoEntry: false make no error, and no fault either', () => {
  const printed = execFileSync(process.execPath, ['--import', 'tsx', program], { encoding: 'utf8' });
  const { control, ...misses } = JSON.parse(printed) as Record<string, number>;
  expect(Object.keys(misses)).toHaveLength(6);
  for (const [name, count] of Object.entries(misses)) expect([name, count]).toEqual([name, 0]);
  // The same count sees an error where there is one.
  expect(control).toBeGreaterThanOrEqual(50);
});
