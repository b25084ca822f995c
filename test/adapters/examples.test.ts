/** The examples about trees, run as a reader would run them. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function printed(name: string): string {
  const path = `docs/examples/${name}.ts`;
  return execFileSync(process.execPath, ['--import', 'tsx', path], { cwd: root, encoding: 'utf8' });
}

describe('docs/examples', { timeout: 60_000 }, () => {
  it('zip-in-memory.ts', () => {
    const output = printed('zip-in-memory');
    expect(output).toContain('refused: ENOSPC; left behind: 0 entries');
    expect(output).toContain('/work/\n├── images/\n│   └── logo.svg (6 B)\n└── index.html (14 B)\n');
    expect(output).toMatch(/<h1>Final<\/h1>\n$/);
  });

  it('download-and-process.ts', () => {
    expect(printed('download-and-process')).toBe('200 files, 214500 bytes\nlines.csv has 200 rows\nthe zip is small\n');
  });

  it('ci-debug-export.ts', () => {
    const output = printed('ci-debug-export');
    expect(output).toContain('dist/trees.js is empty\n\nThe file system is in artifacts/project.zip\n');
    expect(output).toContain("[ 'project.zip' ]\n+ dist\n+ dist/trees.js\n~ trees.ts (content)\n");
  });

  it('sqlite-fixtures.ts', () => {
    const output = printed('sqlite-fixtures');
    expect(output).toMatch(/^\/snapshots\/users\/v1\.db has \d+ bytes\n/);
    expect(output).toMatch(
      /\nok deletes everyone\nok still has everyone\nok saves no more than the quota\nlive: user 7\n$/,
    );
  });
});
