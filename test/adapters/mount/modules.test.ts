/** Mount: modules, in a process without a test runner's loader. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundle } from '../../helpers/bundle.js';

it('loads from a mount what the hooks of this Node allow', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'quotafs-modules-'));
  try {
    await bundle(join(directory, 'quotafs.mjs'), "export * from 'quotafs'; export * from 'quotafs/mount';");
    copyFileSync(fileURLToPath(new URL('modules-program.mjs', import.meta.url)), join(directory, 'program.mjs'));
    const output = execFileSync(process.execPath, [join(directory, 'program.mjs')], { encoding: 'utf8' });
    expect(output).toBe('loaded\n');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
