/** Compat tests, conformance: FileHandle and the promise API's own habits. */
import type { FileHandle } from 'node:fs/promises';
import type { Area, Tools } from '../suite.js';

const using =
  (run: (t: Tools, handle: FileHandle) => unknown, flags = 'r+') =>
  async (t: Tools): Promise<unknown> => {
    t.fs.writeFileSync(t.p('f'), 'hello world');
    const handle = await t.fs.promises.open(t.p('f'), flags);
    try {
      return [await run(t, handle), t.fs.readFileSync(t.p('f'))];
    } finally {
      await handle.close().catch(() => {});
    }
  };

const area: Area = {
  open: (t) => {
    t.fs.writeFileSync(t.p('f'), '');
    const { open } = t.loose(t.fs.promises);
    const close = async (call: () => unknown): Promise<unknown> => {
      const handle = (await call()) as FileHandle;
      const shape = [typeof handle.fd, handle.constructor.name, Object.keys(handle)];
      await handle.close();
      return [shape, handle.fd];
    };
    return t.all(
      () => close(() => open(t.p('f'))),
      () => close(() => open(t.p('f'), null)),
      () => close(() => open(t.p('f'), 'r', 0o600)),
      () => open(t.p('none')),
      () => open(t.p('f'), 'z'),
      () => open(1),
      () => open(t.p('f'), 'r', 'x'),
      () => open(t.dir, 'w'),
    );
  },
  read: using((t, handle) => {
    const loose = t.loose(handle);
    const b = (): Buffer => Buffer.alloc(4, '.');
    return t.all(
      ...[
        [],
        [b()],
        [b(), 0, 2],
        [b(), 0, 2, null],
        [b(), 0, 2, 0],
        [b(), 1, 2, 3n],
        [b(), null, null, null],
        [{ buffer: b(), position: 0 }],
        [{ position: 2, length: 3 }],
        [b(), { length: 1, position: 0 }],
        [Buffer.alloc(0)],
        [Buffer.alloc(0), 0, 0, 0],
        [b(), 9],
        [b(), 0, 9],
        [b(), 0, 1, 1.5],
        [b(), 0, 1, 'x'],
        ['x'],
        [null],
        [1],
        [b(), 0, 0, 0],
        [b(), 0, 4, 100],
      ].map((args) => () => loose.read(...args)),
    );
  }),
  write: using((t, handle) => {
    const loose = t.loose(handle);
    const b = Buffer.from('ABCD');
    return t.all(
      ...[
        [b],
        [b, 1],
        [b, 1, 2],
        [b, 0, 2, 0],
        [b, 0, 2, null],
        [b, { offset: 2, position: 1 }],
        [b, {}],
        ['é'],
        ['é', 3],
        ['é', 3, 'latin1'],
        ['ff', null, 'hex'],
        ['x', 0, 'nope'],
        [b, 9],
        [b, 0, 9],
        [b, 0, 1, 'x'],
        [1],
        [null],
        [undefined],
        [{}],
        [''],
        [Buffer.alloc(0)],
        [new Uint16Array([66])],
      ].map((args) => () => loose.write(...args)),
    );
  }),
  'readv, writev': using((t, handle) => {
    const loose = t.loose(handle);
    return t.all(
      () => loose.readv([Buffer.alloc(3), Buffer.alloc(2)]),
      () => loose.readv([Buffer.alloc(3)], 0),
      () => loose.readv([]),
      () => loose.readv('x'),
      () => loose.writev([Buffer.from('A'), new Uint8Array([66])]),
      () => loose.writev([Buffer.from('Z')], 0),
      () => loose.writev([]),
      () => loose.writev([1]),
      () => loose.writev(),
    );
  }),
  'readFile, writeFile, appendFile start where the position is': using(async (t, handle) => {
    const first = await handle.read(Buffer.alloc(3), 0, 3, null);
    return [
      first.bytesRead,
      await handle.readFile('utf8'),
      await handle.readFile(),
      await handle.writeFile('tail'),
      await handle.appendFile('more'),
      await handle.appendFile(Buffer.from('!')),
      await t.all(
        () => t.loose(handle).writeFile(1),
        () => t.loose(handle).readFile('nope'),
        () => t.loose(handle).writeFile('x', { signal: AbortSignal.abort() }),
        () => handle.readFile({ signal: AbortSignal.abort() } as never),
      ),
    ];
  }),
  'truncate, stat, chmod, chown, utimes, sync, datasync': using((t, handle) => {
    const loose = t.loose(handle);
    return t.all(
      () => loose.truncate(5),
      () => loose.truncate(),
      () => loose.truncate(-1),
      () => loose.truncate('x'),
      () => loose.stat(),
      () => loose.stat({ bigint: true }),
      () => loose.chmod(0o600),
      () => loose.chmod('x'),
      () => loose.chown(1, 1),
      () => loose.chown('x', 1),
      () => loose.utimes(1, 2),
      () => loose.utimes('x', 1),
      () => loose.sync(),
      () => loose.datasync(),
      () => loose.stat(),
    );
  }),
  closing: async (t) => {
    t.fs.writeFileSync(t.p('f'), 'x');
    const handle = await t.fs.promises.open(t.p('f'));
    let closes = 0;
    (handle as unknown as NodeJS.EventEmitter).on('close', () => closes++);
    const [a, b] = [handle.close(), handle.close()];
    await Promise.all([a, b]);
    const loose = t.loose(handle);
    return [
      a === b,
      closes,
      handle.fd,
      await t.all(
        ...['close', 'stat', 'read', 'readFile', 'sync', 'truncate', 'write', 'writeFile', 'chmod', 'readv'].map(
          (name) => () =>
            loose[name](
              ...(name === 'write' || name === 'writeFile'
                ? ['x']
                : name === 'chmod'
                  ? [0]
                  : name === 'readv'
                    ? [[Buffer.alloc(1)]]
                    : []),
            ),
        ),
        () => handle.createReadStream(),
        () => handle.readLines(),
      ),
    ];
  },
  asyncDispose: using(async (_, handle) => {
    await handle[Symbol.asyncDispose]();
    return handle.fd;
  }),
  readLines: async (t) => {
    const outcomes: unknown[] = [];
    for (const body of ['a\nb\nc', 'a\r\nb\n', '', '\n\n', 'é\nü']) {
      t.fs.writeFileSync(t.p('f'), body);
      const handle = await t.fs.promises.open(t.p('f'));
      const lines: string[] = [];
      for await (const line of handle.readLines()) lines.push(line);
      outcomes.push(lines, handle.fd);
    }
    return outcomes;
  },
  readableWebStream: using(async (t, handle) => {
    const chunks: unknown[] = [];
    // Of bytes: the other kind takes the descriptor away on Node 20, and closing the handle then ends the process.
    const stream = handle.readableWebStream({ type: 'bytes' } as never);
    for await (const chunk of stream as unknown as AsyncIterable<ArrayBuffer | Uint8Array>)
      chunks.push(Buffer.from(chunk as Uint8Array).toString());
    return [chunks.join(''), await t.attempt(() => handle.readableWebStream())];
  }),
  'FileHandles where a path may stand': using(async (t, handle) => {
    const { readFile, writeFile, appendFile, stat } = t.loose(t.fs.promises);
    return t.all(
      () => readFile(handle, 'utf8'),
      () => writeFile(handle, 'w'),
      () => appendFile(handle, 'a'),
      () => stat(handle),
      () => t.loose().readFileSync(handle),
      () => t.loose().fstatSync(handle),
    );
  }),
  // opendir is left out: called without arguments, Node's complains about the callback it was promisified with.
  'promise functions reject, they do not throw': (t) => {
    const promises = t.loose(t.fs.promises);
    const names = Object.keys(t.fs.promises).filter(
      (name) =>
        typeof promises[name] === 'function' && !['watch', 'glob', 'mkdtempDisposable', 'opendir'].includes(name),
    );
    return t.all(
      ...names.flatMap((name) => [
        () => promises[name](),
        () => promises[name](null, null, null),
        () => promises[name](t.p('none/deep'), t.p('none/x'), 0),
      ]),
      () => names.sort(),
    );
  },
};

export default area;
