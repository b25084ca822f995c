/** `mkdir -p` beside the real one, where something stops it half-way. */
import { expect, it } from 'vitest';
import { record } from './record.js';
import { describeTree } from './side-by-side.js';

const long = 'n'.repeat(256);

const stopped: readonly (readonly [symptom: string, paths: readonly string[]])[] = [
  ['a link that leads nowhere', ['e', 'e/', 'e/x', 'e/../b', 'x/e']],
  ['a link that leads nowhere, behind .. in a directory yet to be made', ['l/../e', 'l/../e/', 'l/../e//', 'l/../e/y']],
  ['the same, deeper', ['l/m/../../e', 'l/../e/../y', 'x/../l/../e', 'l//../e//x', 'l/../e/./y/z']],
  ['a name that is too long', [long, `x/${long}`, `x/y/${long}/z`, `x/../${long}`, `x/y/${long}/..`, `x//${long}/`]],
  ['a link to a name that is too long', ['g', 'l/../g', 'x/../g', 'g/x']],
  ['a file', ['f', 'f/x', 'x/../f', 'x/../f/y', 'f/../x']],
  ['a file behind .. that .. leaves', ['x/../f/..', 'x/../f/../y', 'x/../f/z/..', 'x/y/../../f/..', 'x/../f/../../y']],
];

it.each(stopped)('mkdir -p stopped by %s leaves and says what Node does', async (_symptom, paths) => {
  for (const path of paths) {
    const { real, ours } = await record(
      { e: '>nowhere', d: {}, f: '', g: `>${long}` },
      async ({ fs, root, sync, later, callback }) => {
        const start = describeTree(fs, root);
        const tidy = (): void => {
          sync('tree', () => Object.entries(describeTree(fs, root)).map((entry) => entry.join(' ')));
          for (const name of fs.readdirSync(root)) {
            if (!(`/${name}` in start)) fs.rmSync(name, { recursive: true });
          }
        };
        sync(`sync ${path}`, () => fs.mkdirSync(path, { recursive: true }));
        tidy();
        await later(`promise ${path}`, () => fs.promises.mkdir(path, { recursive: true }));
        tidy();
        await callback(`callback ${path}`, (done) => fs.mkdir(path, { recursive: true }, done));
        tidy();
      },
    );
    expect(ours).toEqual(real);
  }
});
