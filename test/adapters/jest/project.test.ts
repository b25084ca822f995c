/** quotafs/jest: projects with one line of set-up, run by Jest itself, as CommonJS and as ESM, and by Mocha. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, type Project } from '../../helpers/project.js';

const PACKAGE = '{ "name": "project", "private": true }';

const save = `
const fs = require('fs');
const { writeFileSync } = require('node:fs');
const promises = require('fs/promises');
const nodePromises = require('node:fs/promises');
const { write } = require('dependency');
exports.save = async (directory) => {
  fs.writeFileSync(directory + '/1', '1');
  require('node:fs').writeFileSync(directory + '/2', '2');
  await promises.writeFile(directory + '/3', '3');
  await nodePromises.writeFile(directory + '/4', await promises.readFile(directory + '/1'));
  write(directory + '/5');
};
`;

const hook = `
const fs = require('fs');
const path = require('path');
const { useVolume, withVolume } = require('quotafs/jest');
const { save } = require('../src/save.js');

const memory = useVolume({ at: '/app', maxQuota: 100_000, files: { 'start.txt': 'start' } });

test('saves in every spelling, dependencies too', async () => {
  await save('/app');
  expect(memory.fs.readdirSync('/app')).toEqual(['1', '2', '3', '4', '5', 'start.txt']);
});
test('begins anew', () => {
  expect(fs.readdirSync('/app')).toEqual(['start.txt']);
  expect(() => fs.writeFileSync('/app/big', Buffer.alloc(200_000))).toThrow('ENOSPC');
  expect(memory.quota.audit().ok).toBe(true);
});
test('can be the working directory', () => {
  const before = process.cwd();
  process.chdir('/app');
  fs.writeFileSync('here', '');
  expect([process.cwd(), path.resolve('here'), memory.fs.existsSync('/app/here')]).toEqual(['/app', '/app/here', true]);
  process.chdir(before);
});
test('one of its own', withVolume({ at: '/own', maxQuota: 4096 }, (own) => {
  fs.writeFileSync('/own/x', 'x');
  expect(own.fs.readFileSync('/own/x', 'utf8')).toBe('x');
}));
test('leaves the disk alone', () => expect(fs.existsSync('/own')).toBe(false));
`;

/** @param mocks - how fs is replaced, @param from - where the volume is taken from */
const mocked = (mocks: string, from: string) => `
${mocks}
const { ${from} } = require('quotafs/jest');
const { vol } = require('quotafs/memfs');
const { save } = require('../src/save.js');
const fs = require('fs');

beforeEach(() => { resetVolume(); vol.reset(); });
test('saves in every spelling, dependencies too', async () => {
  mine.mkdirSync('/app');
  await save('/app');
  expect(mine.readdirSync('/app')).toEqual(['1', '2', '3', '4', '5']);
});
test('begins anew', () => expect(fs.readdirSync('/')).toEqual([]));
`;

const factories = mocked(
  `jest.mock('fs', () => require('quotafs/jest').mockedFs);
   jest.mock('fs/promises', () => require('quotafs/jest').mockedPromises);`,
  'resetVolume, volume: mine',
);
const prefixed = mocked(
  `jest.mock('node:fs', () => require('quotafs/jest').mockedFs);
   jest.mock('node:fs/promises', () => require('quotafs/jest').mockedPromises);`,
  'resetVolume, volume: mine',
);
const bare = mocked("jest.mock('fs'); jest.mock('fs/promises');", 'resetVolume').replaceAll('mine', 'vol');

const red = `
const { useVolume, withVolume } = require('quotafs/jest');
useVolume({ files: { 'left-by-hook.txt': 'x' } });
test('fails', () => { throw new Error('on purpose'); });
test('fails too', withVolume({ files: { 'left-by-wrapper.txt': 'x' } }, () => { throw new Error('on purpose'); }));
test('fails with a dump', () => {
  const { createFs } = require('quotafs');
  const { dumpOnFailure } = require('quotafs/inspect');
  const fs = createFs();
  fs.writeFileSync('/kept.txt', 'kept');
  return dumpOnFailure(fs, { to: 'failed/dump' }, () => { throw new Error('on purpose'); });
});
`;

const esm = `
import { expect, test } from '@jest/globals';
import { useVolume } from 'quotafs/jest';

const memory = useVolume({ at: '/app', maxQuota: 100_000 });
test('saves in every spelling, named imports and dependencies too', async () => {
  const { save, saveByDependency } = await import('../src/save.js');
  await save('/app');
  saveByDependency('/app');
  expect(memory.fs.readdirSync('/app')).toEqual(['1', '2', '3', '4', '5', '6']);
});
test('begins anew', () => expect(memory.fs.readdirSync('/app')).toEqual([]));
`;

const asMocha = (text: string) => `const { expect } = require('expect');\n${text.replaceAll('test(', 'it(')}`;

let commonjs: Project;
let modules: Project;
beforeAll(async () => {
  commonjs = await makeProject(
    {
      'package.json': PACKAGE,
      'src/save.js': save,
      'test/green-hook.test.js': hook,
      'test/green-factories.test.js': factories,
      'test/green-prefixed.test.js': prefixed,
      'test/green-bare.test.js': bare,
      '__mocks__/fs.js': "module.exports = require('quotafs/memfs').fs;",
      '__mocks__/fs/promises.js': "module.exports = require('quotafs/memfs').fs.promises;",
      'test/red.test.js': red,
      'mocha/green.js': asMocha(hook),
      'mocha/red.js': asMocha(red),
    },
    ['jest', 'mocha', 'expect'],
  );
  modules = await makeProject({ 'test/green.test.js': esm }, ['jest']);
});
afterAll(() => {
  commonjs.remove();
  modules.remove();
});

const JEST = 'node_modules/jest/bin/jest.js';

describe('Jest', () => {
  it('is green with one line, as hook, as wrapper and by jest.mock', async () => {
    const { code, output } = await commonjs.run(process.execPath, [JEST, 'green']);
    expect(output).toContain('Tests:       11 passed, 11 total');
    expect(code).toBe(0);
  });

  it('is green as ESM, where the code under test is imported in the test', async () => {
    const { code, output } = await modules.run(process.execPath, ['--experimental-vm-modules', JEST]);
    expect(output).toContain('Tests:       2 passed, 2 total');
    expect(code).toBe(0);
  });

  it('shows the tree of a failed test, and keeps its volume', async () => {
    const { code, output } = await commonjs.run(process.execPath, [JEST, 'red']);
    expect(output).toContain('left-by-hook.txt');
    expect(output).toContain('left-by-wrapper.txt');
    expect(output).toContain('The file system is in failed/dump');
    expect(commonjs.read('failed/dump/kept.txt')).toBe('kept');
    expect(code).toBe(1);
  });
});

describe('Mocha', () => {
  const mocha = (file: string) => commonjs.run(process.execPath, ['node_modules/mocha/bin/mocha.js', file]);

  it('is green with the same line', async () => {
    const { code, output } = await mocha('mocha/green.js');
    expect(output).toContain('5 passing');
    expect(code).toBe(0);
  });

  it('shows the tree of a failed test', async () => {
    const { code, output } = await mocha('mocha/red.js');
    expect(output).toContain('left-by-hook.txt');
    expect(output).toContain('left-by-wrapper.txt');
    expect(code).toBe(3);
  });
});
