/** An agent works on a real repository and changes nothing of it: a person sees the changes first, and keeps what is good. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createOverlay } from 'quotafs/overlay';

// Stands for the repository.
const repository = mkdtempSync(join(tmpdir(), 'repository-'));
writeFileSync(join(repository, 'add.js'), 'export const add = (a, b) => a - b;\n');
writeFileSync(join(repository, 'notes.txt'), 'keep me\n');

const { fs, changes, applyTo, discard } = createOverlay({ root: repository, maxQuota: 4 * 1024 * 1024 });

/** The agent has `fs`, and what it can do with it is bounded. */
function agent(task: 'fix' | 'tidy' | 'fill'): void {
  const file = join(repository, 'add.js');
  if (task === 'fix') fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('a - b', 'a + b'));
  if (task === 'fix') fs.writeFileSync(join(repository, 'add.test.js'), "import { add } from './add.js';\n");
  if (task === 'tidy') fs.rmSync(repository, { recursive: true, force: true });
  if (task === 'fill') fs.writeFileSync(join(repository, 'core.dump'), Buffer.alloc(100_000_000));
}

for (const task of ['tidy', 'fill', 'fix'] as const) {
  try {
    agent(task);
  } catch (error) {
    console.log(`${task}: ${(error as NodeJS.ErrnoException).code}`);
  }
  const found = changes();
  for (const { kind, path } of found) console.log(`${task}: ${kind} ${relative(repository, path) || '.'}`);
  // A person looks here.
  if (task === 'fix') {
    console.log(
      found[0]
        ?.diff()
        ?.split('\n')
        .filter((line) => /^[-+] ?[^-+]/.test(line))
        .join('\n'),
    );
    applyTo(repository);
  } else discard();
}
console.log(readdirSync(repository).join(' '));
console.log(readFileSync(join(repository, 'add.js'), 'utf8').trim());
rmSync(repository, { recursive: true });
