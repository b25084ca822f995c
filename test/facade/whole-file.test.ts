/** readFile, writeFile, appendFile and truncate: options, data and errors, beside the real fs. */
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createFs, quotaOf } from '../../src/facade/index.js';
import { nameOf, oddValues, record } from './record.js';

const tree = { f: '0123456789', g: 'old', d: {} };

describe('whole files', () => {
  it('an encoding that nothing decodes is refused before or after the read, as the access time tells', async () => {
    const { real, ours } = await record(tree, async ({ fs, later, sync, callback }) => {
      for (const size of [0, 5, 70_000, 600_000]) {
        for (const encoding of ['buffer', 'hex'] as BufferEncoding[]) {
          const moved = (): void => {
            sync(`moved ${size} ${encoding}`, () => fs.statSync('g').atimeMs !== 1_000_000);
            fs.writeFileSync('g', 'z'.repeat(size));
            fs.utimesSync('g', 1000, 2000);
          };
          moved();
          await later('promise', async () => (await fs.promises.readFile('g', encoding)).length);
          moved();
          await callback('callback', (done) => fs.readFile('g', encoding, (error, text) => done(error, text?.length)));
          moved();
          sync('sync', () => fs.readFileSync('g', encoding).length);
          moved();
        }
      }
    });
    expect(ours).toEqual(real);
  });

  it('takes options in every form', async () => {
    const { real, ours } = await record(tree, ({ fs, sync }) => {
      const wrote = (write: () => void): unknown => [write(), fs.readFileSync('g', 'utf8')];
      for (const odd of oddValues as never[]) {
        const name = nameOf(odd);
        sync(`read options ${name}`, () => fs.readFileSync('f', odd));
        sync(`read encoding ${name}`, () => fs.readFileSync('f', { encoding: odd }));
        if (!Object.is(odd, -1)) sync(`read flag ${name}`, () => fs.readFileSync('f', { flag: odd }));
        sync(`write options ${name}`, () => wrote(() => fs.writeFileSync('g', '6869', odd)));
        sync(`write encoding ${name}`, () => wrote(() => fs.writeFileSync('g', '6869', { encoding: odd })));
        sync(`write mode ${name}`, () => wrote(() => fs.writeFileSync('g', '6869', { mode: odd })));
        sync(`write flush ${name}`, () => wrote(() => fs.writeFileSync('g', '6869', { flush: odd })));
        sync(`write data ${name}`, () => wrote(() => fs.writeFileSync('g', odd)));
        sync(`append options ${name}`, () => wrote(() => fs.appendFileSync('g', '6869', odd)));
        if (Object.is(odd, -1)) continue;
        sync(`append flag ${name}`, () => wrote(() => fs.appendFileSync('g', '6869', { flag: odd })));
        sync(`truncate ${name}`, () => wrote(() => fs.truncateSync('g', odd)));
      }
    });
    expect(ours).toEqual(real);
  });

  it('takes them in callbacks and promises', async () => {
    const { real, ours } = await record(tree, async ({ fs, later, callback }) => {
      for (const odd of oddValues as never[]) {
        const name = nameOf(odd);
        await callback(`read ${name}`, (done) => fs.readFile('f', odd, done));
        await callback(`write ${name}`, (done) => fs.writeFile('g', '6869', odd, done));
        await callback(`write data ${name}`, (done) => fs.writeFile('g', odd, done));
        await callback(`append ${name}`, (done) => fs.appendFile('g', '6869', odd, done));
        await callback(`truncate ${name}`, (done) => fs.truncate('g', odd, done));
        await later(`promise read ${name}`, () => fs.promises.readFile('f', odd));
        await later(`promise write ${name}`, () => fs.promises.writeFile('g', '6869', odd));
        if (!Array.isArray(odd)) await later(`promise data ${name}`, () => fs.promises.writeFile('g', odd));
        await later(`promise append ${name}`, () => fs.promises.appendFile('g', '6869', odd));
        await later(`promise truncate ${name}`, () => fs.promises.truncate('g', odd));
      }
    });
    expect(ours).toEqual(real);
  });

  it('writes views of every kind and what comes in pieces', async () => {
    const { real, ours } = await record(tree, async ({ fs, sync, later }) => {
      const views = [
        new Uint16Array([1, 2]),
        new DataView(new ArrayBuffer(4), 1, 2),
        new Float64Array(1),
        new BigInt64Array(1),
      ];
      for (const view of views) sync(view.constructor.name, () => [fs.writeFileSync('g', view), fs.readFileSync('g')]);
      const pieces: Record<string, () => unknown> = {
        array: () => ['a', Buffer.from('b')],
        set: () => new Set(['q', 'r']),
        stream: () => Readable.from(['s', 't']),
        async *generator() {
          yield 'u';
          yield new Uint16Array([0x4141]);
        },
        *failing() {
          yield 'kept';
          throw new Error('boo');
        },
        number: () => [5],
      };
      for (const [name, make] of Object.entries(pieces)) {
        await later(name, () => fs.promises.writeFile('g', make() as never));
        await later(`${name} left`, () => fs.promises.readFile('g', 'utf8'));
      }
      await later('append', () => fs.promises.appendFile('g', 'more'));
      await later('left', () => fs.promises.readFile('g', 'utf8'));
    });
    expect(ours).toEqual(real);
  });

  it('keeps two texts apart when a getter of the options writes one while the other is being written', () => {
    const fs = createFs();
    const options = {
      flag: 'w',
      get mode(): number {
        fs.writeFileSync('/inner', 'of the inner file');
        return 0o644;
      },
    };
    for (const text of ['outer', 'ż'.repeat(5000), 'x'.repeat(100_000)]) {
      fs.writeFileSync('/outer', text, options);
      expect(fs.readFileSync('/outer', 'utf8')).toBe(text);
      expect(fs.readFileSync('/inner', 'utf8')).toBe('of the inner file');
    }
  });

  it('names the system call that failed', async () => {
    const { real, ours } = await record(tree, async ({ fs, sync, later, callback }) => {
      sync('read directory', () => fs.readFileSync('d'));
      sync('read directory as text', () => fs.readFileSync('d', 'utf8'));
      await later('promise read directory', () => fs.promises.readFile('d'));
      await callback('callback read directory', (done) => fs.readFile('d', done));
      sync('write directory', () => fs.writeFileSync('d', 'x'));
      sync('write read-only', () => fs.writeFileSync('f', Buffer.from('x'), { flag: 'r' }));
      sync('write nothing read-only', () => fs.writeFileSync('f', Buffer.alloc(0), { flag: 'r' }));
      sync('read write-only', () => fs.readFileSync('f', { flag: 'a' }));
      sync('truncate directory', () => fs.truncateSync('d'));
      sync('exclusive', () => fs.writeFileSync('f', 'x', { flag: 'wx' }));
    });
    const codes = (notes: typeof real): unknown =>
      notes.map(([name, text]) => [name, /code', '\w+'|gives/.exec(text)?.[0]]);
    expect(codes(ours)).toEqual(codes(real));
  });

  it('aborts before and after the start', async () => {
    const fs = createFs();
    fs.writeFileSync('/f', 'x');
    await expect(fs.promises.readFile('/f', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORT_ERR',
    });
    const controller = new AbortController();
    const reading = fs.promises.readFile('/f', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toMatchObject({ name: 'AbortError', cause: new Error('enough') });
    const error = await new Promise((resolve) => fs.writeFile('/g', 'x', { signal: AbortSignal.abort() }, resolve));
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(fs.existsSync('/g')).toBe(false);
  });

  it('does not touch what was aborted before it was read', async () => {
    const fs = createFs();
    const content = 'x'.repeat(600_000);
    fs.writeFileSync('/f', content);
    const handle = await fs.promises.open('/f');
    const fd = fs.openSync('/f', 'r');
    const forms: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
      promise: (signal) => fs.promises.readFile('/f', { signal }),
      text: (signal) => fs.promises.readFile('/f', { signal, encoding: 'utf8' }),
      callback: (signal) => promisify(fs.readFile)('/f', { signal } as object),
      handle: (signal) => handle.readFile({ signal }),
      descriptor: (signal) => promisify(fs.readFile)(fd, { signal } as object),
    };
    for (const [name, read] of Object.entries(forms)) {
      fs.utimesSync('/f', 1, 2);
      const controller = new AbortController();
      const reading = read(controller.signal).catch((error: Error) => error.name);
      controller.abort();
      // Node forgets the error when the descriptor is the caller's.
      expect([name, await reading]).toEqual([name, name === 'descriptor' ? Buffer.alloc(0) : 'AbortError']);
      expect([name, fs.statSync('/f').atimeMs]).toEqual([name, 1000]);
      const whole = await read(new AbortController().signal);
      // As text: to compare two Buffers of this size byte by byte takes seconds.
      expect([name, Buffer.isBuffer(whole), String(whole) === content]).toEqual([name, name !== 'text', true]);
    }
    await handle.close();
    fs.closeSync(fd);
    // Numbers are given again from the lowest on: no descriptor stayed open.
    expect([1, 2, 3].map(() => fs.openSync('/f', 'r') - fd)).toEqual([-1, 0, 1]);
    expect(quotaOf(fs).audit()).toMatchObject({ ok: true, problems: [] });
  });

  it('reads with a signal where there is no room for a descriptor', async () => {
    const fs = createFs({ maxQuota: 200_000 });
    fs.writeFileSync('/f', 'kept');
    const fill = (write: () => void): void => {
      expect(() => {
        for (;;) write();
      }).toThrow('ENOSPC');
    };
    fill(() => fs.appendFileSync('/g', 'x'.repeat(1000)));
    fill(() => fs.appendFileSync('/g', 'x'));
    fill(() => fs.openSync('/f', 'r'));
    const { signal } = new AbortController();
    expect(await fs.promises.readFile('/f', { signal, encoding: 'utf8' })).toBe('kept');
    expect(await promisify(fs.readFile)('/f', { signal } as object)).toEqual(Buffer.from('kept'));
    await expect(fs.promises.readFile('/', { signal })).rejects.toMatchObject({ code: 'EISDIR' });
    expect(quotaOf(fs).audit()).toMatchObject({ ok: true, problems: [] });
  });

  it('refuses what does not fit and keeps what was there', async () => {
    const fs = createFs({ maxQuota: 100_000 });
    fs.writeFileSync('/f', 'old');
    const big = Buffer.alloc(200_000);
    expect(() => fs.writeFileSync('/f', big)).toThrow('ENOSPC: no space left on device, write');
    expect(fs.readFileSync('/f', 'utf8')).toBe('old');
    const error = await fs.promises.writeFile('/g', big).catch((reason) => reason);
    expect(Object.keys(error).slice(0, 3)).toEqual(['errno', 'code', 'syscall']);
    expect(error).toMatchObject({ name: 'QuotaExceededError', errno: -28, limit: 100_000, resource: 'bytes' });
  });
});

describe('the order of checks', () => {
  it('looks at flush, mode, flags, data and signal in the order of the running Node', async () => {
    const { real, ours } = await record(tree, async ({ fs, sync, later, callback }) => {
      const badUrl = new URL('file://host/a');
      const wrong: readonly object[] = [
        { flush: 1 },
        { mode: 1.5 },
        { flush: 1, mode: 1.5 },
        { flag: 3n },
        { flag: 2 ** 31 },
        { flag: 2 ** 31, flush: true },
        { flag: 3n, mode: 1.5 },
        { signal: AbortSignal.abort(), flush: 1 },
        { encoding: 'buffer' },
        { encoding: 'buffer', signal: AbortSignal.abort() },
      ];
      for (const path of ['g', badUrl, Number.NaN, 1.5] as never[]) {
        for (const given of wrong as never[]) {
          for (const data of ['text', Buffer.from('bytes'), 1, ''] as never[]) {
            const name = `${String(path)} ${JSON.stringify(Object.keys(given))} ${data}`;
            sync(`writeSync ${name}`, () => fs.writeFileSync(path, data, given));
            sync(`appendSync ${name}`, () => fs.appendFileSync(path, data, given));
            await later(`write ${name}`, () => fs.promises.writeFile(path, data, given));
            await later(`append ${name}`, () => fs.promises.appendFile(path, data, given));
            if ('signal' in (given as object)) continue;
            await callback(`write ${name}`, (done) => fs.writeFile(path, data, given, done));
            await callback(`append ${name}`, (done) => fs.appendFile(path, data, given, done));
          }
          const name = `${String(path)} ${JSON.stringify(Object.keys(given))}`;
          sync(`readSync ${name}`, () => fs.readFileSync(path, given));
          await later(`read ${name}`, () => fs.promises.readFile(path, given));
          if (!('encoding' in (given as object) || 'signal' in (given as object)))
            await callback(`read ${name}`, (done) => fs.readFile(path, given, done));
        }
      }
    });
    expect(ours).toEqual(real);
  });

  it('an abort in time comes before a failure to read', async () => {
    const { real, ours } = await record(tree, async ({ fs, later, callback }) => {
      for (const path of ['d', 'g', 'nope']) {
        const controller = new AbortController();
        const { signal } = controller;
        const reading = fs.promises.readFile(path, { signal });
        controller.abort();
        await later(path, () => reading);
        const other = new AbortController();
        await callback(path, (done) => {
          fs.readFile(path, { signal: other.signal }, done);
          other.abort();
        });
      }
      const handle = await fs.promises.open('d');
      const controller = new AbortController();
      const reading = handle.readFile({ signal: controller.signal });
      controller.abort();
      await later('handle', () => reading);
      await handle.close();
    });
    expect(ours).toEqual(real);
  });

  it('checks the flag even where text is read from a descriptor', async () => {
    const { real, ours } = await record(tree, ({ fs, sync }) => {
      const fd = fs.openSync('g', 'r');
      for (const encoding of ['utf8', 'utf-8', 'hex', null] as const) {
        for (const flag of ['rw', '', 1.5, 2 ** 31, {}, null, undefined, -1, 'w'] as never[]) {
          sync(`${encoding} ${String(flag)}`, () => fs.readFileSync(fd, { encoding, flag }));
          sync(`closed ${encoding} ${String(flag)}`, () => fs.readFileSync(987_654, { encoding, flag }));
        }
      }
      fs.closeSync(fd);
    });
    expect(ours).toEqual(real);
  });

  it('checks what a FileHandle is given as it checks what a path is given', async () => {
    const { real, ours } = await record(tree, async ({ fs, later }) => {
      const handle = await fs.promises.open('g', 'r+');
      const aborted = AbortSignal.abort();
      const wrong = [{ flush: 1 }, { mode: 1.5 }, { flush: 1, mode: 1.5 }, { signal: aborted, encoding: 'buffer' }];
      for (const given of wrong as never[]) {
        for (const data of ['text', 1, ['pieces']] as never[]) {
          const name = `${Object.keys(given)} ${data}`;
          await later(`handle.write ${name}`, () => handle.writeFile(data, given));
          await later(`handle.append ${name}`, () => handle.appendFile(data, given));
          await later(`write ${name}`, () => fs.promises.writeFile(handle, data, given));
          await later(`append ${name}`, () => fs.promises.appendFile(handle, data, given));
        }
        await later(`handle.read ${Object.keys(given)}`, () => handle.readFile(given));
        await later(`read ${Object.keys(given)}`, () => fs.promises.readFile(handle, given));
      }
      await handle.close();
    });
    expect(ours).toEqual(real);
  });

  it("refuses the encoding 'buffer' of promises.readFile when the running Node does", async () => {
    const { real, ours } = await record({ ...tree, empty: '' }, async ({ fs, later }) => {
      for (const path of ['f', 'empty', 'd', 'missing']) {
        await later(path, () => fs.promises.readFile(path, 'buffer' as never));
      }
    });
    expect(ours).toEqual(real);
  });

  it('promises.truncate takes no descriptor', async () => {
    const { real, ours } = await record(tree, async ({ fs, later }) => {
      for (const odd of oddValues as never[]) await later(nameOf(odd), () => fs.promises.truncate(odd, 2));
    });
    expect(ours).toEqual(real);
  });
});

describe('a closed FileHandle', () => {
  it('is found out after the options were checked', async () => {
    const { real, ours } = await record(tree, async ({ fs, later }) => {
      const handle = await fs.promises.open('f');
      await handle.close();
      for (const given of ['buffer', 'utf8', 'nope', { signal: AbortSignal.abort() }, {}] as never[]) {
        await later(`read ${JSON.stringify(given)}`, () => fs.promises.readFile(handle, given));
      }
    });
    expect(ours).toEqual(real);
  });

  it('text of more than 2 GiB is an error before any memory is asked for', async () => {
    const fs = createFs({ maxQuota: 2 ** 45 });
    fs.writeFileSync('/f', '0');
    fs.truncateSync('/f', 2 ** 40);
    // Node reads for hours and says the same at the end.
    const tooLong = {
      code: 'ERR_STRING_TOO_LONG',
      message: /^Cannot create a string longer than 0x[0-9a-f]+ characters$/,
    };
    const fd = fs.openSync('/f', 'r');
    for (const target of ['/f', fd]) {
      expect(() => fs.readFileSync(target, 'utf8')).toThrow(expect.objectContaining({ code: tooLong.code }));
      expect(() => fs.readFileSync(target, 'utf8')).toThrow(tooLong.message);
    }
    fs.closeSync(fd);
    await expect(fs.promises.readFile('/f', 'utf8')).rejects.toMatchObject({ code: 'ERR_FS_FILE_TOO_LARGE' });
    const delivered = await new Promise((done) => fs.readFile('/f', 'utf8', done));
    expect(delivered).toMatchObject({ code: 'ERR_FS_FILE_TOO_LARGE' });
    expect(quotaOf(fs).audit().ok).toBe(true);
  });
});
