/** The README shows programs and what they print: the programs are files that run, and they print just that. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(`${root}/README.md`, 'utf8');

/** Each program of the README with the output shown after it. */
const shown = [...readme.matchAll(/```ts\n([\s\S]*?)```\n+```text\n([\s\S]*?)```/g)];

describe('README', () => {
  it('opens with the two commands', () => {
    expect(readme.split('\n').slice(0, 4).join('\n')).toMatch(
      /npm install && npm run demo\n +npm install && npm test$/,
    );
  });

  it.each(['first', 'd-memfs'])('shows docs/examples/%s.ts and what it prints', { timeout: 30_000 }, (name) => {
    const path = `docs/examples/${name}.ts`;
    const [, , output] = shown.find(([, program]) => program === readFileSync(`${root}/${path}`, 'utf8')) ?? [];
    expect(output, `the program ${path}, word for word, followed by a block of its output`).toBeDefined();
    const printed = execFileSync(process.execPath, ['--import', 'tsx', path], { cwd: root, encoding: 'utf8' });
    expect(printed.trimEnd()).toBe(output?.trimEnd());
  });
});
