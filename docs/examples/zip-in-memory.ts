/** A ZIP that nobody vouches for is unpacked in memory, changed, and packed again. No file touches the disk. */
import { createFs, QuotaExceededError } from 'quotafs';
import { ArchiveError, exportArchive, importArchive } from 'quotafs/archive';
import { printTree } from 'quotafs/inspect';

// Stands for an upload.
const author = createFs();
author.mkdirSync('/report/images', { recursive: true });
author.writeFileSync('/report/index.html', '<h1>Draft</h1>');
author.writeFileSync('/report/images/logo.svg', '<svg/>');
author.writeFileSync('/report/zeros.bin', Buffer.alloc(20 * 1024 * 1024));
const upload = await exportArchive(author, '/', { format: 'zip' });
console.log(`upload: ${Math.round(upload.length / 1024)} KiB`);

const fs = createFs({ maxQuota: 8 * 1024 * 1024 });
try {
  await importArchive(fs, upload, { to: '/work' });
} catch (error) {
  if (!(error instanceof QuotaExceededError || error instanceof ArchiveError)) throw error;
  console.log(`refused: ${error.code}; left behind: ${fs.readdirSync('/').length} entries`);
}

await importArchive(fs, upload, { to: '/work', strip: 1, filter: ({ path }) => !path.endsWith('.bin') });
const page = fs.readFileSync('/work/index.html', 'utf8');
fs.writeFileSync('/work/index.html', page.replace('Draft', 'Final'));
console.log(printTree(fs, '/work', { sizes: true }));

const result = await exportArchive(fs, '/work', { format: 'tar.gz' });
const check = createFs();
console.log(await importArchive(check, result));
console.log(check.readFileSync('/index.html', 'utf8'));
