/** Fake timers of every kind, installed before or after the library is loaded, do not stop it; the real fs is asked too. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./fake-timers-program.ts', import.meta.url));

const variants = [
  'timers replaced after it was loaded',
  'timers replaced before it was loaded',
  'timers mocked after it was loaded',
  'timers mocked before it was loaded',
  'process.nextTick replaced',
];

describe('fake timers do not freeze it', () => {
  it.each(variants)('%s', { timeout: 120_000 }, async (variant) => {
    const args = ['--no-warnings', '--import', 'tsx', program, variant];
    const { stdout } = await promisify(execFile)(process.execPath, args, { encoding: 'utf8' });
    const { real, ours } = JSON.parse(stdout);
    expect(Object.keys(real).length).toBeGreaterThan(16);
    expect(ours).toEqual(real);
    expect(stdout).not.toContain('"hangs"');
  });
});
