/**
 * `npm run demo`: the real TypeScript compiler, loaded into memory under a hard quota and run there; then the quota is
 * crossed on purpose, and the result is taken out to disk.
 */
import nodeFs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { MemoryFileSystem, QuotaExceededError } from 'quotafs';
import { compileProject, createSystem, evaluate, loadCompiler } from './demo/compiler.js';
import { program } from './demo/program.js';
import { bold, bytes, chapter, dim, Progress, quotaBar, red, say, tree, verdict, working } from './demo/terminal.js';
import { copyFiles, describeTree, differences, filesBelow, hashes } from './demo/trees.js';

const QUOTA = 32 * 1024 ** 2;
const LOG_CHUNK = Buffer.alloc(1024 ** 2, 'a line of a log that nobody rotates\n');
const PROJECT = '/project';
const COMPILER = `${PROJECT}/node_modules/typescript`;
const OUTPUT = resolve('demo-output');

const volume = new MemoryFileSystem({ maxQuota: QUOTA });
const { fs } = volume;
const started = performance.now();

say(bold('quotafs: an in-memory file system with a hard quota'));
say(dim(`   one volume of ${bytes(QUOTA)}; nothing below touches the disk until part 5`));

loadFromDisk();
compileInMemory();
showWhatWasWritten();
crossTheQuota();
exportToDisk();

say();
say(dim(`Done in ${((performance.now() - started) / 1000).toFixed(1)} s.`));

function loadFromDisk(): void {
  const directory = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  chapter(`Load the installed ${relative('.', directory)} from disk into memory`);
  const paths = filesBelow(nodeFs, directory);
  const total = paths.reduce((sum, path) => sum + nodeFs.statSync(`${directory}/${path}`).size, 0);
  const progress = new Progress('loading', total);
  const disk = { fs: nodeFs, directory };
  copyFiles(disk, { fs, directory: COMPILER }, paths, (done) => progress.update(done));
  progress.finish();
  const lost = differences(hashes(nodeFs, directory), hashes(fs, COMPILER));
  verdict(lost.length === 0, `${paths.length} files, ${bytes(total)}, every byte as on disk`);
  showQuota();
}

function compileInMemory(): void {
  chapter('Run the real TypeScript compiler on a small program, with this fs as its only file system');
  for (const [path, text] of Object.entries(program)) {
    fs.mkdirSync(`${PROJECT}/src`, { recursive: true });
    fs.writeFileSync(`${PROJECT}/${path}`, text);
  }
  const compilerDirectory = `${COMPILER}/lib`;
  working('reading the compiler from memory');
  const compiler = loadCompiler(fs, compilerDirectory);
  const system = createSystem(compiler, fs, compilerDirectory, PROJECT);
  const { readFile } = system;
  system.readFile = (path, encoding) => {
    working(`compiling: ${path}`);
    return readFile(path, encoding);
  };
  const { emitted, diagnostics } = compileProject(compiler, system, PROJECT);
  if (diagnostics) say(red(diagnostics));
  verdict(diagnostics === '', `TypeScript ${compiler.version}, itself read from memory, wrote ${emitted.length} files`);
  const { message } = evaluate(fs, `${PROJECT}/dist/main.js`) as { message: string };
  verdict(message === '2 shapes cover 24.57', `the program runs from memory: ${bold(message)}`);
}

function showWhatWasWritten(): void {
  chapter('What is in memory now');
  for (const line of tree(describeTree(fs, PROJECT, [COMPILER]))) say(line);
  showQuota();
}

function crossTheQuota(): void {
  const log = `${PROJECT}/build.log`;
  chapter(`Cross the quota on purpose: append to ${log} until there is no room`);
  const before = hashes(fs, PROJECT);
  let accepted = 0;
  try {
    for (;;) {
      fs.appendFileSync(log, LOG_CHUNK);
      accepted++;
    }
  } catch (error) {
    showError(error);
  }
  showQuota();

  const after = hashes(fs, PROJECT);
  after.delete('build.log');
  const complete = fs.readFileSync(log).equals(Buffer.concat(Array.from({ length: accepted }, () => LOG_CHUNK)));
  verdict(complete, `the log holds the ${accepted} appends that were accepted, and nothing of the one that was not`);
  verdict(differences(before, after).length === 0, `the other ${before.size} files are what they were, by their hash`);
  const audit = volume.quota.audit();
  verdict(audit.ok, `audit: ${audit.used} bytes are charged, ${audit.recomputed} recomputed from the structures`);

  const mainPath = `${PROJECT}/dist/main.js`;
  const source = fs.readFileSync(mainPath);
  fs.writeFileSync(mainPath, source);
  verdict(fs.readFileSync(mainPath).equals(source), 'a full volume can still be read, and overwritten in place');
  fs.unlinkSync(log);
  verdict(volume.quota.audit().ok, `the log deleted, ${bytes(volume.quota.available)} are free again`);
}

/** What a program sees: an ordinary ENOSPC of node:fs, and the numbers behind it. */
function showError(error: unknown): void {
  const refused = error instanceof QuotaExceededError;
  verdict(refused, refused ? 'refused, with the error of a full disk:' : `an unexpected error: ${error}`);
  if (!refused) return;
  say(`     ${red(`${error.name}: ${error.message}`)}`);
  for (const [key, value] of Object.entries(error)) say(dim(`       ${key}: ${JSON.stringify(value)}`));
}

function exportToDisk(): void {
  chapter('Export the result to a directory on disk');
  nodeFs.rmSync(OUTPUT, { recursive: true, force: true });
  const paths = filesBelow(fs, PROJECT).filter((path) => !path.startsWith('node_modules/'));
  copyFiles({ fs, directory: PROJECT }, { fs: nodeFs, directory: OUTPUT }, paths);
  const inMemory = new Map([...hashes(fs, PROJECT)].filter(([path]) => paths.includes(path)));
  const lost = differences(inMemory, hashes(nodeFs, OUTPUT));
  verdict(lost.length === 0, `${paths.length} files in ${bold(`${relative('.', OUTPUT)}/`)}, every byte as in memory`);
}

function showQuota(): void {
  say(`   quota ${quotaBar(volume.quota.used, volume.quota.limit)}`);
}
