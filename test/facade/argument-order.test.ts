/** Callback forms given two bad arguments: which one is complained about, and when a callback that is none goes unnoticed. */
import nodeFs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createFs } from './audited.js';

type Kind =
  | 'path'
  | 'fd'
  | 'mode'
  | 'data'
  | 'options'
  | 'id'
  | 'time'
  | 'flag'
  | 'type'
  | 'length'
  | 'buffer'
  | 'none';

/** Nothing is at this path on either side, so no call that gets through changes anything. */
const missing = '/quotafs-no-such-directory/x';
const good: Record<Kind, unknown> = {
  path: missing,
  fd: 987_654,
  mode: 0o600,
  data: 'x',
  options: undefined,
  id: 1,
  time: 1,
  flag: 'r',
  type: 'file',
  length: 1,
  buffer: Buffer.alloc(2),
  none: null,
};

/** Arguments before the callback. Without rm and cp, which look at their callback when they are done. */
const functions: Record<string, readonly Kind[]> = {
  access: ['path', 'mode'],
  appendFile: ['path', 'data', 'options'],
  chmod: ['path', 'mode'],
  chown: ['path', 'id', 'id'],
  copyFile: ['path', 'path', 'none'],
  link: ['path', 'path'],
  lstat: ['path', 'options'],
  lutimes: ['path', 'time', 'time'],
  mkdir: ['path', 'options'],
  mkdtemp: ['path', 'options'],
  open: ['path', 'flag', 'mode'],
  opendir: ['path', 'options'],
  readFile: ['path', 'options'],
  readdir: ['path', 'options'],
  readlink: ['path', 'options'],
  realpath: ['path', 'options'],
  rename: ['path', 'path'],
  rmdir: ['path', 'options'],
  stat: ['path', 'options'],
  statfs: ['path', 'options'],
  symlink: ['path', 'path', 'type'],
  truncate: ['path', 'length'],
  unlink: ['path'],
  utimes: ['path', 'time', 'time'],
  writeFile: ['path', 'data', 'options'],
  fchmod: ['fd', 'mode'],
  fchown: ['fd', 'id', 'id'],
  fstat: ['fd', 'options'],
  fsync: ['fd'],
  ftruncate: ['fd', 'length'],
  futimes: ['fd', 'time', 'time'],
  read: ['fd', 'buffer', 'none', 'none', 'none'],
  write: ['fd', 'buffer', 'none', 'none', 'none'],
};

function callback(): void {}
const odd = [undefined, null, {}, 5000, callback, true, 1.5];

/** What a call throws, for every pair of places with every pair of odd values in them; a callback too many, and one too few. */
function complaints(fs: typeof nodeFs, name: string, kinds: readonly Kind[]): string[] {
  const call = Reflect.get(fs, name) as (...args: unknown[]) => unknown;
  const found: string[] = [];
  const attempt = (args: unknown[]): void => {
    // Its reader throws, in Node, where nothing catches it.
    if (/File/.test(name) && typeof args[0] === 'number') return;
    let outcome = 'nothing';
    try {
      call(...args);
    } catch (error) {
      outcome = String(error);
    }
    found.push(`${args.map((arg) => (typeof arg === 'function' ? 'f' : JSON.stringify(arg)))}: ${outcome}`);
  };
  for (let i = 0; i <= kinds.length; i++) {
    for (let j = i; j <= kinds.length; j++) {
      for (const first of odd) {
        for (const second of j === i ? [first] : odd) {
          const args = [...kinds.map((kind) => good[kind]), callback];
          args[i] = first;
          args[j] = second;
          attempt(args);
          attempt([...args, callback]);
          attempt(args.slice(0, -1));
        }
      }
    }
  }
  return found;
}

describe('two bad arguments: the complaint is about the one that Node looks at first', () => {
  it.each(Object.keys(functions))('%s', async (name) => {
    const ours = complaints(createFs(), name, functions[name]);
    const real = complaints(nodeFs, name, functions[name]);
    // What got through is done before the next test.
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(real.length).toBeGreaterThan(20);
    expect(ours).toEqual(real);
  });
});

describe('symlink with something for a callback that is none', () => {
  it('says nothing since Node 24, and makes the link', async () => {
    const fs = createFs({ cwd: '/' });
    const symlink = fs.symlink as (...args: unknown[]) => void;
    const isTaken = Number(process.versions.node.split('.')[0]) >= 24;
    const attempt = (): void => symlink('target', '/link', 'file', 5000);
    if (isTaken) attempt();
    else expect(attempt).toThrow('The "cb" argument must be of type function. Received type number (5000)');
    await new Promise((resolve) => setImmediate(resolve));
    expect(fs.existsSync('/')).toBe(true);
    expect(fs.readdirSync('/')).toEqual(isTaken ? ['link'] : []);
  });
});

describe('mkdtemp that fails', () => {
  it('shows six X when it throws, and six other characters when it is asynchronous', async () => {
    const shown: string[] = [];
    for (const fs of [nodeFs, createFs()]) {
      const note = (error: unknown): void => {
        const { message, path } = error as NodeJS.ErrnoException;
        const tail = path?.slice(missing.length) ?? '';
        expect(message).toContain(path);
        shown.push(message.replaceAll(tail, tail === 'XXXXXX' ? 'six X' : tail.replace(/^\w{6}$/, 'random')));
      };
      try {
        fs.mkdtempSync(missing);
      } catch (error) {
        note(error);
      }
      await fs.promises.mkdtemp(missing).catch(note);
      await new Promise<void>((resolve) => fs.mkdtemp(missing, (error) => resolve(note(error))));
    }
    expect(shown.slice(3)).toEqual(shown.slice(0, 3));
    expect(shown[1]).toContain('random');
  });
});

describe('watch of what is not there', () => {
  it.each([undefined, null, 0, '', true, false, Number.NaN, 1])('throwIfNoEntry: %s', (throwIfNoEntry) => {
    const outcomes = [nodeFs, createFs()].map((fs) => {
      try {
        fs.watch(missing, { throwIfNoEntry } as object).close();
        return 'a watcher';
      } catch (error) {
        return String(error);
      }
    });
    expect(outcomes[1]).toBe(outcomes[0]);
  });
});
