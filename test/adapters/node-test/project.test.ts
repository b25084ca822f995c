/** quotafs/node-test: a project with one line of set-up, run by `node --test`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeProject, type Project } from '../../helpers/project.js';

const green = `
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { useVolume, withVolume } from 'quotafs/node-test';
import { save, saveByDependency } from '../src/save.js';

const memory = useVolume({ at: '/app', maxQuota: 100_000, files: { 'start.txt': 'start', deep: { empty: null } } });

test('saves in every spelling', async () => {
  await save('/app');
  saveByDependency('/app');
  assert.deepEqual(memory.fs.readdirSync('/app'), ['1', '2', '3', '4', '5', '6', 'deep', 'start.txt']);
  assert.equal(memory.path('deep', 'x'), '/app/deep/x');
});
test('begins anew', () => {
  assert.deepEqual(fs.readdirSync('/app'), ['deep', 'start.txt']);
  assert.throws(() => fs.writeFileSync('/app/big', Buffer.alloc(200_000)), { code: 'ENOSPC' });
  assert.equal(memory.quota.audit().ok, true);
});
test('one of its own', withVolume({ at: '/own', maxQuota: 4096 }, (own, t) => {
  fs.writeFileSync('/own/x', 'x');
  assert.equal(own.fs.readFileSync('/own/x', 'utf8'), 'x');
  assert.equal(t.name, 'one of its own');
}));
test('leaves the disk alone', () => assert.equal(fs.existsSync('/own'), false));
`;

const red = `
import { test } from 'node:test';
import { useVolume, withVolume } from 'quotafs/node-test';
useVolume({ files: { 'left-by-hook.txt': 'x' } });
test('fails', withVolume({ files: { 'left-behind.txt': 'x' } }, () => { throw new Error('on purpose'); }));
`;

let project: Project;
beforeAll(async () => {
  project = await makeProject({ 'test/green.test.js': green, 'red.mjs': red });
});
afterAll(() => project.remove());

it('is green with one line', async () => {
  const { code, output } = await project.run(process.execPath, ['--test', 'test/green.test.js']);
  expect(output).toMatch(/# pass 4|ℹ pass 4/);
  expect(code).toBe(0);
});

it('shows the tree of a failed test', async () => {
  const { code, output } = await project.run(process.execPath, ['--test', 'red.mjs']);
  expect(output).toContain('left-by-hook.txt');
  expect(output).toContain('left-behind.txt');
  expect(code).toBe(1);
});
