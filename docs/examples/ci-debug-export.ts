/** A test works in memory; when it fails, what it worked on is on the disk for a look, and the difference in the log. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFs } from 'quotafs';
import { importFromDisk } from 'quotafs/disk';
import { diff, dumpOnFailure, printDiff, printUsage } from 'quotafs/inspect';

const artifacts = mkdtempSync(join(tmpdir(), 'artifacts-'));
const source = new URL('demo', import.meta.url);

const fs = createFs({ maxQuota: 4 * 1024 * 1024 });
await importFromDisk(fs, source, { to: '/project', filter: (path) => path.endsWith('.ts') });
const before = createFs();
await importFromDisk(before, source, { to: '/project', filter: (path) => path.endsWith('.ts') });

/** What a test runner would call. */
async function test(): Promise<void> {
  await dumpOnFailure(fs, { to: join(artifacts, 'project.zip'), from: '/project' }, () => {
    fs.mkdirSync('/project/dist');
    fs.writeFileSync('/project/dist/trees.js', '');
    fs.appendFileSync('/project/trees.ts', '// touched\n');
    if (fs.statSync('/project/dist/trees.js').size === 0) throw new Error('dist/trees.js is empty');
  });
}

const error = await test().catch((reason: Error) => reason);
console.log(error?.message.replace(artifacts, 'artifacts'));
console.log(readdirSync(artifacts));
console.log(printDiff(diff({ fs: before, path: '/project' }, { fs, path: '/project' })));
console.log(printUsage(fs, '/project').split('\n').length, 'lines of usage');
rmSync(artifacts, { recursive: true });
