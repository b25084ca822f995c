// Run by modules.test.ts in a process of its own, beside a bundle of the package: what can be loaded from a mount.
import assert from 'node:assert/strict';
import nodeFs from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFs, mount } from './quotafs.mjs';

const AT = '/quotafs-virtual';
const require = createRequire(import.meta.url);
const hooks = typeof nodeModule.registerHooks === 'function';

const files = {
  'a.cjs':
    "module.exports = { a: 'A', b: require('./lib'), json: require('./data.json').x, pkg: require('pkg/deep/x') };",
  'lib/package.json': '{ "main": "./main" }',
  'lib/main.js': "exports.name = 'lib'; exports.file = __filename;",
  'own.cjs': "module.exports = require('own');",
  'data.json': '\uFEFF{ "x": 1 }',
  'node_modules/pkg/package.json':
    '{ "exports": { ".": { "import": "./esm.mjs", "default": "./main.cjs" }, "./deep/*": "./src/*.js" } }',
  'node_modules/pkg/main.cjs': "module.exports = 'cjs main';",
  'node_modules/pkg/esm.mjs': "export default 'esm main';",
  'node_modules/pkg/src/x.js': "module.exports = require('node:path').basename(__filename);",
  'm.mjs': "import pkg from 'pkg'; import { name } from './lib/main.js'; export default [pkg, name, import.meta.url];",
  'node_modules/own/package.json':
    '{ "name": "own", "exports": { ".": "./main.cjs", "./self": "./self.cjs" }, "imports": { "#in": "./in.cjs", "#deep/*": { "import": "./none.js", "default": "./d/*.cjs" }, "#pkg": "pkg" } }',
  'node_modules/own/main.cjs':
    "module.exports = [require('#in'), require('#deep/x'), require('#pkg'), require('own/self')];",
  'node_modules/own/in.cjs': "module.exports = 'in';",
  'node_modules/own/self.cjs': "module.exports = 'self';",
  'node_modules/own/d/x.cjs': "module.exports = 'deep';",
  'typed/package.json': '{ "type": "module" }',
  'lib/own.mjs': "export { default } from 'own';",
  'typed/t.js': "export const typed = import.meta.url.startsWith('file:');",
};
const put = (fs, root) => {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(join(root, name, '..'), { recursive: true });
    fs.writeFileSync(join(root, name), text);
  }
};

{
  const before = Object.getOwnPropertyDescriptors(nodeModule);
  const mounted = mount(createFs(), { at: AT });
  put(nodeFs, AT);
  const a = require(`${AT}/a.cjs`);
  assert.deepEqual(a, { a: 'A', b: { name: 'lib', file: `${AT}/lib/main.js` }, json: 1, pkg: 'x.js' });
  assert.equal(require(`${AT}/a`.replace('/a', '/a.cjs')), a);
  assert.throws(() => require(`${AT}/none.js`), { code: 'MODULE_NOT_FOUND' });
  assert.deepEqual(require(`${AT}/own.cjs`), ['in', 'deep', 'cjs main', 'self']);
  assert.equal(typeof require('node:path').join, 'function');
  if (hooks) {
    const { default: m } = await import(`${AT}/m.mjs`);
    assert.deepEqual(m, ['esm main', 'lib', `file://${AT}/m.mjs`]);
    assert.equal((await import(`${AT}/typed/t.js`)).typed, true);
    assert.equal((await import(`${AT}/a.cjs`)).default.a, 'A');
    assert.equal((await import(`${AT}/lib/own.mjs`)).default.length, 4);
    await assert.rejects(import(`${AT}/none.mjs`), { code: 'ERR_MODULE_NOT_FOUND' });
  }
  mounted.unmount();
  assert.throws(() => require(`${AT}/lib/main.js`), { code: 'MODULE_NOT_FOUND' });
  assert.deepEqual(Object.getOwnPropertyDescriptors(nodeModule), before);
}

// With everything mounted, programs still come from the disk, and from the volume where it has them.
{
  const disk = nodeFs.mkdtempSync(join(tmpdir(), 'quotafs-modules-'));
  nodeFs.writeFileSync(join(disk, 'real.cjs'), "module.exports = ['real', require('./other.cjs')];");
  nodeFs.writeFileSync(join(disk, 'other.cjs'), "module.exports = 'other';");
  nodeFs.writeFileSync(
    join(disk, 'real.mjs'),
    "import { x } from './inner.mjs'; import y from './y.cjs'; export default x + y;",
  );
  nodeFs.writeFileSync(join(disk, 'y.cjs'), 'module.exports = 1;');
  nodeFs.writeFileSync(join(disk, 'inner.mjs'), 'export const x = 1;');
  const mounted = mount(createFs());
  put(nodeFs, AT);
  assert.deepEqual(require(join(disk, 'real.cjs')), ['real', 'other']);
  assert.equal((await import(join(disk, 'real.mjs'))).default, 2);
  assert.equal(require(`${AT}/lib`).name, 'lib');
  assert.throws(() => nodeFs.readFileSync(join(disk, 'real.cjs')), { code: 'ENOENT' });
  if ('globSync' in nodeFs) assert.deepEqual(nodeFs.globSync(`${AT}/*.mjs`), [`${AT}/m.mjs`]);
  mounted.unmount();
  nodeFs.rmSync(disk, { recursive: true });
}
console.log('loaded');
