/** The pages of docs/ show programs: each runs as it stands, in a project with the package installed, and prints what follows it. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, type Project } from '../helpers/project.js';
import { examples } from './docs-programs.js';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const PACKAGES = ['unionfs', 'fs-monkey', 'esbuild', '@sqlite.org/sqlite-wasm', 'vitest', 'jest', 'typescript'];
const COMMAND = { page: 'command-line', blocks: [0] };
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** Programs of a page, and the output that some are followed by. */
function blocksOf(page: string): readonly { code: string; output: string | undefined }[] {
  const text = readFileSync(`${docs}${page}.md`, 'utf8');
  const blocks = text.matchAll(/^```(?:ts|js|sh)\n([\s\S]*?)^```\n(?:\n+```text\n([\s\S]*?)^```)?/gm);
  return Array.from(blocks, ([, code = '', output]) => ({ code, output }));
}

describe('the programs in docs/', { timeout: 120_000 }, () => {
  let project: Project;
  beforeAll(async () => {
    const files = {
      'app.js': "import { createFs } from 'quotafs'; createFs().mkdirSync('/a');",
      'app/index.js': '',
      'tsconfig.json':
        '{ "compilerOptions": { "rootDir": "src", "outDir": "dist", "incremental": true, "declaration": true, "types": [] } }',
      'src/index.ts': 'export const a: number = 1;',
      'tsconfig.tsbuildinfo': '{}',
    };
    project = await makeProject(files, PACKAGES);
  });
  afterAll(() => project.remove());

  it.each(examples)('$page $blocks', async ({ page, blocks, before = '', after = '', filled, file, args, since }) => {
    if (since && (major < since[0] || (major === since[0] && minor < since[1]))) {
      return console.log(`docs/${page}.md ${blocks}: not on Node ${process.version}`);
    }
    const shown = blocks.map(
      (index) => blocksOf(page)[index] ?? expect.unreachable(`docs/${page}.md has no block ${index}`),
    );
    const program = shown.map(({ code }) => code).join('\n');
    if (filled) expect(program).toContain(filled[0]);
    const whole = `${before}\n${filled ? program.replace(filled[0], () => filled[1]) : program}\n${after}\n`;
    const name = file ?? `${page}-${blocks.join('-')}.mjs`;
    const imports = name.endsWith('.cjs') ? '' : "import assert from 'node:assert';\n";
    const { code } = await transform(imports + whole, { loader: 'ts', target: 'node20' });
    project.write(name, code);
    const result = await project.run(process.execPath, args ?? [name]);
    expect(result.output).not.toMatch(/\bError\b/);
    expect(result.code, result.output).toBe(0);
    const { output } = shown.at(-1) ?? {};
    if (output) expect(result.output).toBe(output);
  });

  it('knows every program', () => {
    const known = new Set(
      [...examples, COMMAND].flatMap(({ page, blocks }) => blocks.map((index) => `${page} ${index}`)),
    );
    const pages = readdirSync(docs).flatMap((name) => (name.endsWith('.md') ? [name.slice(0, -3)] : []));
    expect(pages.flatMap((page) => blocksOf(page).map((_, index) => `${page} ${index}`)).sort()).toEqual(
      [...known].sort(),
    );
  });

  it('the command prints what docs/command-line.md says, but for sizes', async () => {
    const [{ code = '', output = '' } = {}] = blocksOf(COMMAND.page);
    const [, args = ''] = /^npx quotafs (.*)\n$/.exec(code) ?? [];
    expect(args).not.toBe('');
    rmSync(`${project.directory}/dist`, { recursive: true, force: true });
    const result = await project.run(process.execPath, [
      'node_modules/quotafs/bin.cjs',
      ...args.replace('.bin/tsc', 'typescript/bin/tsc').split(' '),
    ]);
    const sizeless = (text: string) => text.replace(/[\d.]+ (?:B|KiB)\b/g, 'n');
    expect(sizeless(result.output.replace(project.directory, '/home/me/project'))).toBe(sizeless(output));
  });
});
