/** quotafs/vitest: projects with one line of set-up, run by Vitest itself. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeProject, type Project } from '../../helpers/project.js';

const hook = `
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { useVolume, volumeTest } from 'quotafs/vitest';
import { save, saveByDependency } from '../src/save.js';

const memory = useVolume({ at: '/app', maxQuota: 100_000, files: { 'start.txt': 'start' } });

test('saves in every spelling, dependencies too', async () => {
  await save('/app');
  saveByDependency('/app');
  expect(memory.fs.readdirSync('/app')).toEqual(['1', '2', '3', '4', '5', '6', 'start.txt']);
});
test('begins anew', () => {
  expect(fs.readdirSync('/app')).toEqual(['start.txt']);
  expect(() => fs.writeFileSync('/app/big', Buffer.alloc(200_000))).toThrow('ENOSPC');
  expect(memory.quota.audit().ok).toBe(true);
});

const own = volumeTest({ at: '/own', maxQuota: 4096 });
own('has a fixture', ({ memory }) => {
  fs.writeFileSync('/own/x', 'x');
  expect(memory.fs.readFileSync('/own/x', 'utf8')).toBe('x');
});
own('that is new each time', ({ memory }) => expect(memory.fs.readdirSync('/own')).toEqual([]));
test('leaves the disk alone', () => expect(fs.existsSync('/own')).toBe(false));
`;

const mocks = `
import { beforeEach, expect, test, vi } from 'vitest';
import { resetVolume, volume } from 'quotafs/vitest';
import { save, saveByDependency } from '../src/save.js';

vi.mock('fs', async () => (await import('quotafs/vitest')).mockedFs);
vi.mock('node:fs', async () => (await import('quotafs/vitest')).mockedFs);
vi.mock('fs/promises', async () => (await import('quotafs/vitest')).mockedPromises);
vi.mock('node:fs/promises', async () => (await import('quotafs/vitest')).mockedPromises);

beforeEach(() => resetVolume());
test('saves in every spelling', async () => {
  volume.mkdirSync('/mocked');
  await save('/mocked');
  expect(volume.readdirSync('/mocked')).toEqual(['1', '2', '3', '4', '5']);
});
test('begins anew', () => expect(volume.readdirSync('/')).toEqual([]));
test('has what a dependency requires on the disk: mount instead', () => {
  volume.mkdirSync('/mocked');
  expect(() => saveByDependency('/mocked')).toThrow('ENOENT');
});
`;

const bare = `
import fs from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { vol } from 'quotafs/memfs';
import { save } from '../src/save.js';

vi.mock('fs');
vi.mock('node:fs');
vi.mock('fs/promises');
vi.mock('node:fs/promises');

beforeEach(() => vol.reset());
test('saves in every spelling', async () => {
  vol.mkdirSync('/mocked');
  await save('/mocked');
  expect(fs.readdirSync('/mocked')).toEqual(['1', '2', '3', '4', '5']);
});
test('begins anew', () => expect(fs.readdirSync('/')).toEqual([]));
`;

const red = `
import { test } from 'vitest';
// First: Vitest is a link here, which it does not resolve after other packages.
import { useVolume, volumeTest } from 'quotafs/vitest';
import { dumpOnFailure } from 'quotafs/inspect';
const memory = useVolume({ files: { 'left-by-hook.txt': 'x' } });
test('fails', () => { throw new Error('on purpose'); });
volumeTest({ files: { 'left-by-fixture.txt': 'x' } })('fails too', ({ memory }) => { throw new Error(memory.path()); });
test('fails with a dump', (context) => {
  dumpOnFailure(memory.fs, { to: 'failed/dump.zip' }, context);
  throw new Error('on purpose');
});
`;

let project: Project;
beforeAll(async () => {
  project = await makeProject(
    {
      'test/green-hook.test.js': hook,
      'test/green-mocks.test.js': mocks,
      'test/green-bare.test.js': bare,
      '__mocks__/fs.cjs': "module.exports = require('quotafs/memfs').fs;",
      '__mocks__/fs/promises.cjs': "module.exports = require('quotafs/memfs').fs.promises;",
      'test/red.test.js': red,
    },
    ['vitest'],
  );
});
afterAll(() => project.remove());

const vitest = (file: string) => {
  const script = join(project.directory, 'node_modules/vitest/vitest.mjs');
  return project.run(process.execPath, [script, 'run', file, '--reporter', 'verbose']);
};

it('is green with one line, as hook, as fixture and by vi.mock', async () => {
  const { code, output } = await vitest('green');
  expect(output).toContain('10 passed');
  expect(code).toBe(0);
});

it('shows the tree of a failed test', async () => {
  const { code, output } = await vitest('red');
  expect(output).toContain('left-by-hook.txt');
  expect(output).toContain('left-by-fixture.txt');
  expect(project.read('failed/dump.zip').slice(0, 2)).toBe('PK');
  expect(code).toBe(1);
});
