/** read, write and the other calls on descriptors: every argument form, beside the real fs. */
import { constants } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nameOf, oddValues, type Recorder, record } from './record.js';

const bytes = (text: string): Buffer => Buffer.from(text);

type Attempt = (recorder: Recorder, fd: number, odd: never) => unknown;

const reads: Record<string, Attempt> = {
  offset: ({ fs }, fd, odd) => filled((target) => fs.readSync(fd, target, odd, 1, 0)),
  length: ({ fs }, fd, odd) => filled((target) => fs.readSync(fd, target, 0, odd, 0)),
  position: ({ fs }, fd, odd) => filled((target) => fs.readSync(fd, target, 0, 2, odd)),
  options: ({ fs }, fd, odd) => filled((target) => fs.readSync(fd, target, odd)),
  'options.offset': ({ fs }, fd, odd) => filled((target) => fs.readSync(fd, target, { offset: odd })),
  'options.length': ({ fs }, fd, odd) => filled((target) => fs.readSync(fd, target, { length: odd })),
  'options.position': ({ fs }, fd, odd) => filled((target) => fs.readSync(fd, target, { position: odd })),
  buffer: ({ fs }, fd, odd) => fs.readSync(fd, odd),
  vectors: ({ fs }, fd, odd) => fs.readvSync(fd, odd),
  'vector position': ({ fs }, fd, odd) => filled((target) => fs.readvSync(fd, [target, new Uint16Array(1)], odd)),
};

function filled(read: (target: Buffer) => number): unknown {
  const target = Buffer.alloc(4);
  return [read(target), target.toString('latin1')];
}

const writes: Record<string, Attempt> = {
  offset: ({ fs }, fd, odd) => fs.writeSync(fd, bytes('ab'), odd, 1, 0),
  length: ({ fs }, fd, odd) => fs.writeSync(fd, bytes('ab'), 0, odd, 0),
  position: ({ fs }, fd, odd) => fs.writeSync(fd, bytes('ab'), 0, 1, odd),
  options: ({ fs }, fd, odd) => fs.writeSync(fd, bytes('ab'), odd),
  'options.offset': ({ fs }, fd, odd) => fs.writeSync(fd, bytes('ab'), { offset: odd } as never),
  'options.length': ({ fs }, fd, odd) => fs.writeSync(fd, bytes('ab'), { length: odd } as never),
  'text position': ({ fs }, fd, odd) => fs.writeSync(fd, 'ab', odd),
  encoding: ({ fs }, fd, odd) => fs.writeSync(fd, '6162', 0, odd),
  data: ({ fs }, fd, odd) => fs.writeSync(fd, odd),
  vectors: ({ fs }, fd, odd) => fs.writevSync(fd, odd),
  'vector position': ({ fs }, fd, odd) => fs.writevSync(fd, [bytes('x'), bytes('yz')], odd),
};

const others: Record<string, Attempt> = {
  ftruncate: ({ fs }, fd, odd) => fs.ftruncateSync(fd, odd),
  fchmod: ({ fs }, fd, odd) => [fs.fchmodSync(fd, odd), fs.fstatSync(fd).mode],
  'fchown uid': ({ fs }, fd, odd) => fs.fchownSync(fd, odd, 0),
  'fchown gid': ({ fs }, fd, odd) => fs.fchownSync(fd, 0, odd),
  fstat: ({ fs }, fd, odd) => typeof fs.fstatSync(fd, odd).size,
  'open flags': ({ fs }, _fd, odd) => (Object.is(odd, -1) ? 0 : fs.closeSync(fs.openSync('f', odd))),
  'open mode': ({ fs }, _fd, odd) => fs.closeSync(fs.openSync('f', 'r', odd)),
};

const callbacks: Record<string, (recorder: Recorder, fd: number, odd: never, done: never) => void> = {
  'read offset': ({ fs }, fd, odd, done) => fs.read(fd, Buffer.alloc(4), odd, 1, 0, done),
  'read length': ({ fs }, fd, odd, done) => fs.read(fd, Buffer.alloc(4), 0, odd, 0, done),
  'read position': ({ fs }, fd, odd, done) => fs.read(fd, Buffer.alloc(4), 0, 2, odd, done),
  'read options': ({ fs }, fd, odd, done) => fs.read(fd, Buffer.alloc(4), odd, done),
  'read options alone': ({ fs }, fd, odd, done) => fs.read(fd, odd, done),
  'read options.position': ({ fs }, fd, odd, done) => fs.read(fd, { position: odd, length: 3 }, done),
  'read options.buffer': ({ fs }, fd, odd, done) => fs.read(fd, { buffer: odd } as never, done),
  'write offset': ({ fs }, fd, odd, done) => fs.write(fd, bytes('ab'), odd, 1, 0, done),
  'write length': ({ fs }, fd, odd, done) => fs.write(fd, bytes('ab'), 0, odd, 0, done),
  'write position': ({ fs }, fd, odd, done) => fs.write(fd, bytes('ab'), 0, 1, odd, done),
  'write options': ({ fs }, fd, odd, done) => fs.write(fd, bytes('ab'), odd, done),
  'write text position': ({ fs }, fd, odd, done) => fs.write(fd, 'ab', odd, done),
  'write text encoding': ({ fs }, fd, odd, done) => fs.write(fd, '6162', 0, odd, done),
  'write data': ({ fs }, fd, odd, done) => fs.write(fd, odd, done),
  'readv position': ({ fs }, fd, odd, done) => fs.readv(fd, [Buffer.alloc(2)], odd, done),
  'writev data': ({ fs }, fd, odd, done) => fs.writev(fd, odd, done),
  ftruncate: ({ fs }, fd, odd, done) => fs.ftruncate(fd, odd, done),
  // Node itself aborts when it has to describe a symbol or a huge bigint here.
  close: ({ fs }, _fd, odd, done) => fs.close(isSafe(odd) ? odd : 9e8, done),
};

/** Neither a descriptor of this very process nor something that crashes it. */
const isSafe = (value: unknown): boolean =>
  ['string', 'boolean'].includes(typeof value) || value === -1 || value === 1.5;

const tree = { f: '0123456789' };

function withFile(recorder: Recorder, use: (fd: number) => unknown): unknown {
  const { fs } = recorder;
  fs.writeFileSync('f', '0123456789');
  const fd = fs.openSync('f', 'r+');
  try {
    return [use(fd), fs.readFileSync('f', 'latin1')];
  } finally {
    fs.closeSync(fd);
  }
}

describe('calls on a descriptor', () => {
  it.each(Object.entries({ reads, writes, others }))('%s', async (_title, attempts) => {
    const { real, ours } = await record(tree, (recorder) => {
      for (const odd of oddValues) {
        for (const [name, attempt] of Object.entries(attempts)) {
          recorder.sync(`${name} ${nameOf(odd)}`, () =>
            withFile(recorder, (fd) => attempt(recorder, fd, odd as never)),
          );
        }
      }
    });
    expect(ours).toEqual(real);
  });

  it('with callbacks', async () => {
    const { real, ours } = await record(tree, async (recorder) => {
      for (const odd of oddValues) {
        for (const [name, attempt] of Object.entries(callbacks)) {
          const fd = recorder.fs.openSync('f', 'r+');
          await recorder.callback(`${name} ${nameOf(odd)}`, (done) =>
            attempt(recorder, fd, odd as never, done as never),
          );
          recorder.fs.closeSync(fd);
        }
      }
    });
    expect(ours).toEqual(real);
  });

  it('refuses descriptors in Node’s words', async () => {
    const calls = ['closeSync', 'fstatSync', 'fsyncSync', 'fdatasyncSync', 'ftruncateSync', 'readFileSync'] as const;
    const { real, ours } = await record(tree, ({ fs, sync }) => {
      for (const odd of ['x', -1, 1.5, 2 ** 31, 987654321, null, {}]) {
        for (const name of calls) {
          if (name === 'readFileSync' && typeof odd !== 'number') continue;
          sync(`${name} ${odd}`, () => (fs[name] as (fd: unknown) => unknown)(odd));
        }
        sync(`read ${odd}`, () => fs.readSync(odd as never, Buffer.alloc(1)));
        sync(`write ${odd}`, () => fs.writeSync(odd as never, 'x'));
        sync(`futimes ${odd}`, () => fs.futimesSync(odd as never, 1, 1));
      }
    });
    expect(ours).toEqual(real);
  });

  it('opens with every flag word', async () => {
    const words = 'r rs sr r+ rs+ sr+ w wx xw w+ wx+ xw+ a ax xa as sa a+ ax+ xa+ as+ sa+ W rw'.split(' ');
    const { real, ours } = await record({ old: 'text' }, ({ fs, sync }) => {
      for (const word of words) {
        for (const path of ['old', 'new']) {
          sync(`${word} ${path}`, () => {
            const fd = fs.openSync(path, word);
            const tried = [() => fs.writeSync(fd, 'X', 0), () => fs.readFileSync(fd, 'utf8')].map((call) => {
              try {
                return call();
              } catch (error) {
                return (error as Error).message;
              }
            });
            fs.closeSync(fd);
            const after = fs.readFileSync(path, 'utf8');
            fs.writeFileSync('old', 'text');
            fs.rmSync('new', { force: true });
            return [tried, after];
          });
        }
      }
    });
    expect(ours).toEqual(real);
  });
});

it('vectors without a byte: a single one is read(2), which refuses a directory', async () => {
  const { real, ours } = await record({ d: {}, f: '1' }, async ({ fs, sync, later }) => {
    for (const path of ['d', 'f']) {
      const fd = fs.openSync(path, 'r');
      const handle = await fs.promises.open(path);
      const none = Buffer.alloc(0);
      for (const views of [[], [none], [none, none], [none, none, none]]) {
        for (const position of [null, 0, 2 ** 53]) {
          sync(`${path} readv ${views.length} ${position}`, () => fs.readvSync(fd, views, position as number));
          sync(`${path} writev ${views.length} ${position}`, () => fs.writevSync(fd, views, position as number));
        }
        await later(`${path} handle ${views.length}`, () => handle.readv(views));
      }
      await handle.close();
      fs.closeSync(fd);
    }
  });
  expect(ours).toEqual(real);
});

it('O_TMPFILE with every way to open', async () => {
  const { O_NOFOLLOW, O_EXCL, O_APPEND, O_TRUNC, O_CREAT } = constants;
  const O_TMPFILE = 0o20200000;
  const { real, ours } = await record({ d: {}, f: '1', l: '>d', n: '>nope' }, ({ fs, sync }) => {
    for (const path of ['d', 'f', 'l', 'n', 'no']) {
      for (const access of [0, 1, 2, 3]) {
        for (const more of [0, O_NOFOLLOW, O_EXCL, O_APPEND, O_TRUNC, O_CREAT]) {
          let fd = -1;
          sync(`${path} ${access} ${more}`, () => {
            fd = fs.openSync(path, O_TMPFILE | access | more, 0o600);
          });
          if (fd === -1) continue;
          sync('write', () => fs.writeSync(fd, 'x'));
          sync('read', () => fs.readSync(fd, Buffer.alloc(2), 0, 2, 0));
          fs.closeSync(fd);
        }
      }
    }
  });
  expect(ours).toEqual(real);
});

it('readv fills 1,024 buffers and leaves the rest, writev writes them all', async () => {
  const { real, ours } = await record({ f: 'x'.repeat(3000) }, async ({ fs, sync, later, callback }) => {
    const many = (): Buffer[] => Array.from({ length: 1500 }, () => Buffer.from('q'));
    const handle = await fs.promises.open('f', 'r+');
    sync('readvSync', () => fs.readvSync(handle.fd, many(), 7));
    await callback('readv', (done) => fs.readv(handle.fd, many(), 7, done));
    await later('FileHandle', async () => (await handle.readv(many(), 7)).bytesRead);
    sync('writevSync', () => fs.writevSync(handle.fd, many(), 7));
    await handle.close();
  });
  expect(ours).toEqual(real);
});
