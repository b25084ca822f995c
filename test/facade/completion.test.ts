/** When and how results arrive: after the call, in order, in a macrotask, in their async context. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFs } from './audited.js';

describe('completion', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls back after the call returned, after microtasks and ticks, in order of the calls', async () => {
    const fs = createFs();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      fs.writeFile('/a', 'x', () => order.push('write'));
      fs.stat('/a', (_error, stats) => order.push(`stat ${stats.size}`));
      fs.exists('/nope', (found) => order.push(`exists ${found}`));
      fs.unlink('/a', () => resolve());
      process.nextTick(() => order.push('tick'));
      Promise.resolve().then(() => order.push('microtask'));
      order.push('returned');
    });
    expect(order.slice(0, 3).sort()).toEqual(['microtask', 'returned', 'tick']);
    expect(order.slice(3)).toEqual(['write', 'stat 1', 'exists false']);
  });

  it('runs the engine at call time', () => {
    const fs = createFs();
    fs.writeFile('/a', 'x', () => {});
    expect(fs.readFileSync('/a', 'utf8')).toBe('x');
    void fs.promises.unlink('/a');
    expect(fs.existsSync('/a')).toBe(false);
  });

  it('does not starve timers in a tight loop of awaits', async () => {
    const fs = createFs();
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 1);
    for (let i = 0; i < 100_000 && !fired; i++) await fs.promises.access('/');
    expect(fired).toBe(true);
  });

  it('goes on under fake timers', async () => {
    const fs = createFs();
    vi.useFakeTimers();
    await fs.promises.writeFile('/a', 'x');
    expect(await promisify(fs.readFile)('/a', 'utf8')).toBe('x');
    const entries = [];
    for await (const entry of await fs.promises.opendir('/')) entries.push(entry.name);
    expect(entries).toEqual(['a']);
  });

  it('keeps the async context', async () => {
    const fs = createFs();
    const storage = new AsyncLocalStorage<string>();
    const seen = await Promise.all(
      ['one', 'two'].map((name) =>
        storage.run(name, async () => {
          const inCallback = new Promise((resolve) => fs.stat('/', () => resolve(storage.getStore())));
          await fs.promises.stat('/');
          return [storage.getStore(), await inCallback];
        }),
      ),
    );
    expect(seen).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ]);
  });

  it('gives callbacks the number of arguments that Node gives', async () => {
    const fs = createFs();
    const counts: Record<string, number> = {};
    await new Promise<void>((resolve) => {
      const count =
        (name: string) =>
        (...args: unknown[]): void => {
          counts[name] = args.length;
        };
      fs.mkdir('/d', count('mkdir'));
      fs.mkdir('/e/f', { recursive: true }, count('mkdir -p'));
      fs.stat('/d', count('stat'));
      fs.stat('/nope', count('error'));
      fs.access('/d', count('access'));
      fs.read(fs.openSync('/x', 'w+'), Buffer.alloc(1), 0, 1, 0, count('read'));
      fs.readdir('/', () => resolve());
    });
    expect(counts).toEqual({ mkdir: 1, 'mkdir -p': 2, stat: 2, error: 1, access: 1, read: 3 });
  });

  it('makes a throwing callback an uncaught exception, and others are still called', () => {
    const program = `
      import { createFs } from ${JSON.stringify(new URL('../../src/facade/index.ts', import.meta.url).href)};
      const fs = createFs();
      process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      process.on('unhandledRejection', () => console.log('rejection'));
      const thrower = (name) => () => { throw new Error(name); };
      fs.stat('/', thrower('stat'));
      fs.mkdtemp('/t', thrower('mkdtemp'));
      fs.realpath.native('/', thrower('native'));
      fs.mkdir('/a/b', { recursive: true }, thrower('mkdir'));
      fs.readdir('/', { recursive: true }, thrower('readdir'));
      fs.opendirSync('/').read(thrower('read'));
      fs.stat('/', () => console.log('last'));
    `;
    const args = ['--import', 'tsx', '--input-type=module', '-e', program];
    const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
    const thrown = ['stat', 'mkdtemp', 'native', 'mkdir', 'readdir', 'read'].map((name) => `uncaught ${name}`);
    expect(output.split('\n').filter(Boolean)).toEqual([...thrown, 'last']);
  });

  it('rejects where an async function would, and throws where Node does', async () => {
    const fs = createFs();
    expect(() => fs.stat(5 as never, () => {})).toThrow(TypeError);
    expect(() => fs.stat('/', undefined as never)).toThrow('The "cb" argument must be of type function');
    await expect(fs.promises.stat(5 as never)).rejects.toThrow(TypeError);
  });
});
