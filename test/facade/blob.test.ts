/** openAsBlob and the disposable temporary directories, beside the real ones where the host has them. */
import nodeFs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createFs } from '../../src/facade/index.js';
import { nodeAtLeast } from '../../src/facade/running-node.js';
import { type Fs, sideBySide } from './side-by-side.js';

const tree = { f: 'hello world', d: {} };

type Open = (...args: unknown[]) => Promise<Blob>;
const open = (fs: Fs): Open => fs.openAsBlob as Open;

const describeBlob = async (blob: Blob): Promise<unknown> => [
  blob.constructor.name,
  Object.prototype.toString.call(blob),
  blob instanceof Blob,
  blob.size,
  blob.type,
  await blob.text(),
  Buffer.from(await blob.arrayBuffer()).toString('hex'),
  await blob.slice(2, 5).text(),
  await new Response(blob.stream()).text(),
];

it('a blob of an empty file leaves its access time, one that is read moves it', async () => {
  const { real, ours } = await sideBySide({ full: 'x', empty: '' }, async ({ fs }) => {
    const moved: unknown[] = [];
    for (const name of ['full', 'empty']) {
      fs.utimesSync(name, 1000, 2000);
      const text = await (await fs.openAsBlob(name)).text();
      moved.push([text, fs.statSync(name).atimeMs === 1_000_000]);
    }
    return moved;
  });
  expect(ours).toEqual(real);
});

describe('openAsBlob beside the real one', () => {
  const cases: unknown[][] = [
    ['f'],
    ['f', { type: 'text/plain' }],
    ['f', { type: '' }],
    ['f', {}],
    [Buffer.from('f')],
    ['missing'],
    ['f/x'],
    ['d'],
    [''],
    [5],
    ['a\0b'],
    ['f', 5],
    ['f', null],
    ['f', { type: 5 }],
  ];
  for (const args of cases) {
    it(JSON.stringify(args), async () => {
      const { real, ours } = await sideBySide(tree, async ({ fs }) => {
        let opening: Promise<Blob>;
        try {
          opening = open(fs)(...args);
        } catch (error) {
          throw Object.assign(error as Error, { at: 'once' });
        }
        return describeBlob(await opening);
      });
      expect(ours).toEqual(real);
    });
  }

  const changes: Record<string, (fs: Fs) => void> = {
    'the same size': (fs) => fs.writeFileSync('f', 'HELLO WORLD'),
    appended: (fs) => fs.appendFileSync('f', '!'),
    removed: (fs) => fs.unlinkSync('f'),
    replaced: (fs) => {
      fs.writeFileSync('g', 'hello world');
      fs.utimesSync('g', 5, 5);
      fs.renameSync('g', 'f');
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`is not readable any more once the file changed: ${name}`, async () => {
      const { real, ours } = await sideBySide(tree, async ({ fs }) => {
        const blob = await open(fs)('f');
        const slice = blob.slice(0, 4);
        change(fs);
        const reads = [
          () => blob.text(),
          () => blob.arrayBuffer(),
          () => slice.text(),
          () => new Response(blob.stream()).text(),
        ];
        const answers: unknown[] = [];
        for (const read of reads) {
          answers.push(await read().catch((error: Error) => [error.name, error.constructor.name]));
        }
        return answers.map((answer, index) => (index === 3 ? typeof answer : answer));
      });
      expect(ours).toEqual(real);
    });
  }

  it('cannot be cloned, a slice of it can', async () => {
    const { real, ours } = await sideBySide({ f: 'hello' }, async ({ fs }) => {
      const blob = await open(fs)('f');
      const clone = (): unknown => structuredClone(blob);
      return [await structuredClone(blob.slice(1)).text(), (await fs.openAsBlob('.')).size > 0, clone()];
    });
    expect(ours).toEqual(real);
    expect(ours.result).toHaveProperty('error.own', [['code', 'ERR_INVALID_STATE']]);
  });

  it('keeps its type as it was given; an empty slice can always be read', async () => {
    const { real, ours } = await sideBySide({ f: 'hello', empty: '' }, async ({ fs }) => {
      const blob = await open(fs)('f', { type: 'A/é' });
      const slice = blob.slice(2, 2, 'X/Y');
      fs.appendFileSync('f', '!');
      return [blob.type, slice.type, blob.slice(1).type, await slice.text()];
    });
    expect(ours).toEqual(real);
    expect(ours.result).toEqual({ value: ['A/é', 'x/y', '', ''] });
  });

  it.runIf('textStream' in Blob.prototype)('textStream of a file that changed fails', async () => {
    const { real, ours } = await sideBySide({ f: 'hello' }, async ({ fs }) => {
      const blob = await open(fs)('f');
      const read = async (): Promise<string> => {
        const stream = Reflect.apply(Reflect.get(blob, 'textStream'), blob, []) as AsyncIterable<string>;
        let text = '';
        for await (const part of stream) text += part;
        return text;
      };
      const before = await read();
      fs.appendFileSync('f', '!');
      return [before, await read().catch((error: Error) => error.name)];
    });
    expect(ours).toEqual(real);
  });

  it('keeps its bytes where Node takes a blob apart', async () => {
    const fs = createFs({ cwd: '/' });
    fs.writeFileSync('/f', 'inside');
    const blob = await fs.openAsBlob('/f');
    expect(await new Blob(['[', blob, ']']).text()).toBe('[inside]');
    expect(await new Response(blob).text()).toBe('inside');
    expect(await structuredClone(blob.slice(2)).text()).toBe('side');
  });
});

describe.runIf('openAsBlobSync' in nodeFs)('openAsBlobSync beside the real one', () => {
  for (const args of [['f'], ['f', { type: 'a/b' }], ['missing'], [5], ['f', 5]]) {
    it(JSON.stringify(args), async () => {
      const { real, ours } = await sideBySide(tree, ({ fs }) =>
        describeBlob((Reflect.get(fs, 'openAsBlobSync') as (...all: unknown[]) => Blob)(...args)),
      );
      expect(ours).toEqual(real);
    });
  }
});

describe.runIf(nodeAtLeast(24))('disposable temporary directories beside the real ones', () => {
  interface Disposable {
    path: string;
    remove(): void;
    [Symbol.dispose](): void;
  }
  const make = (fs: Fs, ...args: unknown[]): Disposable =>
    (Reflect.get(fs, 'mkdtempDisposableSync') as (...all: unknown[]) => Disposable)(...args);
  const makeLater = (fs: Fs, ...args: unknown[]) =>
    (Reflect.get(fs.promises, 'mkdtempDisposable') as (...all: unknown[]) => Promise<never>)(...args) as Promise<{
      path: string;
      remove(): Promise<void>;
      [Symbol.asyncDispose](): Promise<void>;
    }>;

  for (const args of [['d/x-'], ['no/x-'], [5], ['d/x-', 'nope'], ['f/x'], ['a\0']]) {
    it(`mkdtempDisposableSync(${JSON.stringify(args)})`, async () => {
      const { real, ours } = await sideBySide(tree, ({ fs }) => {
        const made = make(fs, ...args);
        const found = fs.readdirSync('d').length;
        const shape = [
          typeof made.path,
          String(made.path).slice(0, -12),
          Object.keys(made),
          Object.getPrototypeOf(made) === null,
          made.remove.name,
        ];
        made[Symbol.dispose]();
        made.remove();
        return [shape, found];
      });
      expect(ours).toEqual(real);
    });

    // Errors of the promise form carry random characters.
    it.skipIf(args[0] === 'no/x-' || args[0] === 'f/x')(
      `promises.mkdtempDisposable(${JSON.stringify(args)})`,
      async () => {
        const { real, ours } = await sideBySide(tree, async ({ fs }) => {
          const made = await makeLater(fs, ...args);
          fs.writeFileSync(`${typeof made.path === 'string' && args.length === 1 ? made.path : 'd'}/inside`, '');
          const shape = [typeof made.path, Object.keys(made), Object.getPrototypeOf(made) === null, made.remove.name];
          await made[Symbol.asyncDispose]();
          await made.remove();
          return shape;
        });
        expect(ours).toEqual(real);
      },
    );
  }

  it('a directory that is a file by then, or has something in it, is removed as rm removes it', async () => {
    const { real, ours } = await sideBySide(tree, async ({ fs }) => {
      const outcomes: unknown[] = [];
      for (const name of ['d/file-', 'd/full-']) {
        for (const made of [make(fs, name), await makeLater(fs, name)]) {
          if (name === 'd/file-') {
            fs.rmdirSync(made.path);
            fs.writeFileSync(made.path, '');
          } else fs.mkdirSync(`${made.path}/x/y`, { recursive: true });
          outcomes.push(await made.remove(), fs.existsSync(made.path));
        }
      }
      return outcomes;
    });
    expect(ours).toEqual(real);
  });

  it('removes the directory it made, wherever the process has gone', () => {
    let cwd = '/one';
    const fs = createFs({ cwd: () => cwd });
    fs.mkdirSync('/one');
    fs.mkdirSync('/two');
    const made = make(fs, 'tmp-');
    cwd = '/two';
    made.remove();
    expect(fs.readdirSync('/one')).toEqual([]);
  });
});
