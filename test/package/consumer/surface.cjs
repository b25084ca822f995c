// What the published, minified package shows of itself, beside Node's own.
const assert = require('node:assert');
const real = require('node:fs');
const { inspect } = require('node:util');
const { createFs } = require('quotafs');

const ours = createFs();
const root = '/';

/** Own names with what they are: functions by name and length, classes by name. */
const shapes = (object) =>
  Object.entries(Object.getOwnPropertyDescriptors(object))
    .filter(([key]) => !key.startsWith('glob'))
    .map(([key, { value, get, enumerable }]) => {
      const given = get ? Reflect.get(object, key) : value;
      const shape =
        typeof given === 'function' ? `${given.name}/${/^[A-Z]/.test(key) ? '' : given.length}` : typeof given;
      return `${key} ${shape} ${enumerable}`;
    })
    .sort();

const complaint = (call) => {
  try {
    call();
  } catch (error) {
    return `${error.name} ${error.message}`;
  }
  return 'none';
};

/** A class of an instance: its name, and the string keys of its prototype. */
const classOf = (instance) => {
  const prototype = Object.getPrototypeOf(instance);
  return [prototype.constructor.name, Object.getOwnPropertyNames(prototype).sort(), inspect(instance).split(' ')[0]];
};

async function main() {
  assert.deepEqual(shapes(ours), shapes(real));
  assert.deepEqual(shapes(ours.promises), shapes(real.promises));
  const seen = await Promise.all(
    [real, ours].map(async (fs) => {
      if (fs === ours) fs.writeFileSync('/file', '');
      const handle = await fs.promises.open(fs === ours ? '/file' : __filename, 'r');
      const dir = fs.opendirSync(root);
      const watcher = fs.watch(root);
      const found = [
        classOf(handle),
        complaint(() => {
          'use strict';
          handle.fd = 1;
        }),
        dir.constructor.name,
        complaint(() => fs.Dir()),
        watcher.constructor.name,
        fs.ReadStream.name,
        fs.WriteStream.name,
        `${fs.promises.readFile}`.length > 0,
        Object.prototype.toString.call(fs.promises.readFile),
      ];
      watcher.close();
      dir.closeSync();
      await handle.close();
      return found;
    }),
  );
  assert.deepEqual(seen[1], seen[0]);
  console.log(`${shapes(ours).length} members and ${shapes(ours.promises).length} of promises as Node shows its own`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
