/**
 * Compat tests, memfs: `tsx compat-tests/memfs/table.ts` writes the table of
 * probes that memfs, or ours, answers differently from Node, to table.md.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { loadOurs, memory } from '../targets.js';
import { judge } from './judge.js';
import { probes } from './probes.js';

const { version } = createRequire(import.meta.url)('memfs/package.json') as { version: string };

/** One outcome, short: paths of the scratch directory and class decoration left out. */
const brief = (outcome: string): string => {
  const error = outcome.match(/Error<(\w+) .*?message="((?:[^"\\]|\\.)*)"/);
  const shown = error ? `${outcome.match(/^\w+/)?.[0]} ${error[1]}: ${error[2]}` : outcome;
  return shown
    .replaceAll(/[^' ":(]*quotafs-compat-\w+(\/\d)*\/?w?\/?/g, '/')
    .replaceAll(/\b1\d{12}\b/g, 'now')
    .replaceAll('|', '\\|')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 120);
};

/** Of a tree only the lines that the other one has not. */
const lines = (tree: string, other: string): string => {
  const known = new Set(other.split('\n'));
  const own = tree.split('\n').filter((line) => !known.has(line));
  return own.length === 0 ? 'nothing' : own.join(', ').replaceAll('./1/2/3/4/5/6/7/w/', '');
};

const side = (answer: string, other: string): string =>
  answer.includes('\n') ? `leaves ${lines(answer, other)}` : brief(answer);

const different = await judge(memory);
const ours = await judge(await loadOurs());
const rows = [...different].map(
  ([title, { node, other }]) =>
    `| ${title} | ${side(node, other)} | ${side(other, node)} | ${ours.has(title) ? 'differs' : 'as Node'} |`,
);

const page = `# Where memfs ${version} differs from Node ${process.version}

Written by \`tsx compat-tests/memfs/table.ts\`: ${Object.keys(probes).length} small programs, each run on the real file system,
on memfs and on quotafs. memfs answers ${different.size} of them differently; quotafs ${ours.size}.

| probe | Node | memfs | quotafs |
|---|---|---|---|
${rows.join('\n')}
`;
writeFileSync(fileURLToPath(new URL('table.md', import.meta.url)), page);
console.log(`${different.size} of ${Object.keys(probes).length} differ on memfs, ${ours.size} on ours`);
for (const [title, { node, other }] of ours) console.log(`ours: ${title}\n  ${node}\n  ${other}`);
