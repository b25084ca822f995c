/** A temporary project with the package installed, and a program that uses node:fs and knows nothing of it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installInto } from './bundle.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What is tested in the projects: a module for each way to import, and a dependency in node_modules. */
const program = {
  'package.json': '{ "name": "project", "type": "module", "private": true }',
  'node_modules/dependency/package.json': '{ "name": "dependency" }',
  'node_modules/dependency/index.js': "exports.write = (path) => require('fs').writeFileSync(path, 'dependency');",
  'src/save.js': [
    "import fs from 'fs';",
    "import nodeFs, { writeFileSync } from 'node:fs';",
    "import promises, { readFile } from 'fs/promises';",
    "import { writeFile } from 'node:fs/promises';",
    "import dependency from 'dependency';",
    'export async function save(directory) {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the program's
    '  fs.writeFileSync(`${directory}/1`, "1"); nodeFs.writeFileSync(`${directory}/2`, "2");',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the program's
    '  writeFileSync(`${directory}/3`, "3"); await promises.writeFile(`${directory}/4`, "4");',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the program's
    '  await writeFile(`${directory}/5`, await readFile(`${directory}/1`));',
    '}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the program's
    'export const saveByDependency = (directory) => dependency.write(`${directory}/6`);',
  ].join('\n'),
};

export interface Project {
  readonly directory: string;
  /** Runs a command in the project. */
  run(command: string, args: readonly string[]): Promise<{ code: number; output: string }>;
  /** A file of the project. */
  read(path: string): string;
  write(path: string, text: string): void;
  remove(): void;
}

/**
 * @param files - of the project, besides the program in src/save.js
 * @param packages - of this repository's node_modules, linked into the project's
 */
export async function makeProject(files: Record<string, string>, packages: readonly string[] = []): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), 'quotafs-project-'));
  for (const [name, text] of Object.entries({ ...program, ...files })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  await installInto(directory);
  for (const name of packages) {
    const link = join(directory, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  // The runner that runs us speaks to its children through these.
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, VITEST: ___, ...env } = process.env;
  return {
    directory,
    run: (command, args) =>
      new Promise((resolve) => {
        execFile(command, args, { cwd: directory, env: { ...env, NO_COLOR: '1' } }, (error, stdout, stderr) => {
          resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
        });
      }),
    read: (path) => readFileSync(join(directory, path), 'utf8'),
    write: (path, text) => writeFileSync(join(directory, path), text),
    remove: () => rmSync(directory, { recursive: true }),
  };
}
