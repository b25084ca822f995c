/** The pages: each link leads somewhere, each page can be reached from the README, and each file that is named is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.md$/.test(name),
);
const pages = ['README.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)];

const textOf = (page: string): string => readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');

/** The anchors of a page, as GitHub makes them of its headings. */
const anchorsOf = (page: string): string[] =>
  Array.from(textOf(page).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

/** Links within the repository: the file that is meant, and the anchor in it. */
const linksOf = (page: string): { file: string; anchor: string }[] =>
  Array.from(textOf(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g), ([, path = '', anchor = '']) => ({
    file: path === '' ? page : relative(root, join(root, dirname(page), path)),
    anchor,
  }));

/** Files of the repository that a page names: by their path, or by the end of it. */
const named = /(?<![\w/.@-])((?:[\w-]+\/)*[\w-]+(?:\.test)?\.ts)\b/g;
/** What stands for a file of the reader's. */
const EXAMPLES = new Set(['script.ts']);
const FOLDERS = ['src', 'test', 'compat-tests', 'docs'];
const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `/${folder}/${name}`),
);
const namesOf = (page: string): string[] => Array.from(textOf(page).matchAll(named), ([, name = '']) => name);
const isThere = (name: string): boolean =>
  EXAMPLES.has(name) || existsSync(join(root, name)) || files.some((file) => file.endsWith(`/${name}`));

describe('the pages', () => {
  it.each(pages)('%s: its links lead somewhere', (page) => {
    const broken = linksOf(page).filter(
      ({ file, anchor }) =>
        !existsSync(join(root, file)) || (anchor !== '' && !(file.endsWith('.md') && anchorsOf(file).includes(anchor))),
    );
    expect(broken).toEqual([]);
  });

  it.each(pages)('%s: the files it names are there', (page) => {
    expect(namesOf(page).filter((name) => !isThere(name))).toEqual([]);
  });

  it('are linked to each other, the README first', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) for (const { file } of linksOf(page)) if (file.endsWith('.md')) reached.add(file);
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('name what the test looks for', () => {
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(50);
    expect(pages.flatMap(namesOf).length).toBeGreaterThan(50);
    expect(isThere(basename(import.meta.url))).toBe(true);
    expect(isThere('no-such-file.ts')).toBe(false);
  });
});
