/** `npm run demo` as a program that is not a terminal sees it: plain text, every finding holds, the result on disk. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'quotafs-demo-'));
let output = '';

beforeAll(() => {
  output = execFileSync(join(root, 'node_modules', '.bin', 'tsx'), [join(root, 'docs/examples/demo.ts')], {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
  });
}, 120_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('npm run demo', () => {
  it('prints plain text when it is not on a terminal', () => {
    expect([...output].filter((char) => char !== '\n' && !(char >= ' ' && char <= '~'))).toEqual([]);
  });

  it('loads, compiles, refuses and keeps the rest', () => {
    expect(output).not.toContain('FAILED');
    expect(output).toMatch(/ok \d+ files, [\d.]+ MiB, every byte as on disk/);
    expect(output).toMatch(/ok the program runs from memory/);
    expect(output).toMatch(/QuotaExceededError: ENOSPC: no space left on device, write/);
    expect(output).toMatch(/ok audit: (\d+) bytes are charged, \1 recomputed/);
  });

  it('leaves the compiled program on disk', () => {
    expect(existsSync(join(work, 'demo-output', 'dist', 'main.d.ts'))).toBe(true);
    expect(readFileSync(join(work, 'demo-output', 'dist', 'shapes.js'), 'utf8')).toContain('function area(shape)');
  });
});
