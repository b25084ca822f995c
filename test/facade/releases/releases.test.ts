/**
 * The facade as it is on each release of Node, whichever runs: programs whose
 * answers differ between releases, and what the real fs of each release
 * answered (answers.json). The running release gives its answers anew, so the
 * recorded ones cannot grow old. QUOTAFS_RECORD=1 records them.
 */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { facadeOf } from './as-release.js';
import { type Notes, notesOf, programNames } from './programs.js';

/** By program and note: which releases gave which answer, as in { '20 22': 'gives 1', '24 26': 'gives 2' }. */
type Answers = Record<string, Record<string, Record<string, string>>>;

const RELEASES = [20, 22, 24, 26];
const running = Number.parseInt(process.versions.node, 10);
const file = join(import.meta.dirname, 'answers.json');
const answers: Answers = JSON.parse(nodeFs.readFileSync(file, 'utf8'));
const before = process.cwd();
const umask = process.umask();
let root = '';

beforeAll(() => {
  root = nodeFs.realpathSync(nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-releases-')));
  process.umask(0o022);
});

afterAll(() => {
  process.chdir(before);
  process.umask(umask);
  nodeFs.rmSync(root, { recursive: true });
});

/** What the real fs says, each time in a new directory of the same name. */
async function realNotes(name: string): Promise<Notes> {
  const directory = join(root, 'ground');
  nodeFs.mkdirSync(directory);
  process.chdir(directory);
  try {
    return await notesOf(name, nodeFs, directory);
  } finally {
    process.chdir(root);
    nodeFs.rmSync(directory, { recursive: true });
  }
}

const has = (releases: string, release: number): boolean => releases.split(' ').includes(String(release));

function recorded(name: string, release: number): Notes {
  const notes = Object.entries(answers[name] ?? {}).flatMap(([key, groups]) =>
    Object.entries(groups).flatMap(([releases, text]) => (has(releases, release) ? [[key, text] as const] : [])),
  );
  return new Map(notes);
}

const plain = (notes: Notes): Record<string, string> => Object.fromEntries(notes);

/** Puts the running release's answers in the place of those that were recorded of it. */
function record(name: string, notes: Notes): void {
  const texts = RELEASES.map((release) => (release === running ? notes : recorded(name, release)));
  const keys = new Set(texts.flatMap((each) => [...each.keys()]));
  answers[name] = Object.fromEntries([...keys].map((key) => [key, groupsOf(texts.map((each) => each.get(key)))]));
}

function groupsOf(texts: readonly (string | undefined)[]): Record<string, string> {
  const different = [...new Set(texts)].filter((text) => text !== undefined);
  const releases = (text: string): string => RELEASES.filter((_, i) => texts[i] === text).join(' ');
  return Object.fromEntries(different.map((text) => [releases(text), text]));
}

if (process.env.QUOTAFS_RECORD) {
  afterAll(() => nodeFs.writeFileSync(file, `${JSON.stringify(answers, null, 2)}\n`));
  it.each(programNames)('records %s', async (name) => record(name, await realNotes(name)));
} else {
  describe.runIf(RELEASES.includes(running))(`the real fs of this Node answers as recorded of Node ${running}`, () => {
    it.each(programNames)('%s', async (name) => {
      expect(plain(await realNotes(name))).toEqual(plain(recorded(name, running)));
    });
  });

  describe.each(RELEASES)('ours, as it is on Node %i', (release) => {
    let facade: Awaited<ReturnType<typeof facadeOf>>;
    beforeAll(async () => {
      facade = await facadeOf(release);
    });

    it.each(programNames)('%s', async (name) => {
      const directory = join(root, 'ground');
      const fs = facade.createFs({ cwd: directory });
      fs.mkdirSync(directory, { recursive: true });
      expect(plain(await notesOf(name, fs, directory))).toEqual(plain(recorded(name, release)));
    });
  });
}
