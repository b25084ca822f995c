/** docs/examples/README.md says what each example prints: each is run, and must print that. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}/docs/examples/README.md`, 'utf8');
const sections = [...page.matchAll(/^## \[([\w-]+)\.ts\]\(\1\.ts\)\n\n(.+)\n\n```text\n([^`]*)```$/gm)].map(
  ([, name, about, output]) => ({ name: name as string, about: about as string, output: output as string }),
);

/** Sizes that depend on the versions of zlib and SQLite. */
const withoutSizes = (text: string): string => text.replace(/\d+ (KiB|bytes)/g, 'n $1');

describe('the page of examples', { timeout: 120_000 }, () => {
  it('has sections', () => {
    expect(sections.length).toBeGreaterThanOrEqual(11);
    const files = readdirSync(`${root}/docs/examples`);
    for (const { name } of sections) expect(files).toContain(`${name}.ts`);
  });

  it.each(sections)('$name prints what it says', async ({ name, about, output }) => {
    const source = readFileSync(`${root}/docs/examples/${name}.ts`, 'utf8');
    expect(source.startsWith(`/** ${about} */`), 'its first line is the one on the page').toBe(true);
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', `docs/examples/${name}.ts`], {
      cwd: root,
      // Vitest's own would make workers of the example some of its own.
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(withoutSizes(stdout)).toBe(withoutSizes(output));
  });
});
