/** Compat tests, conformance: readFile, writeFile, appendFile, copyFile, exists, access, unlink, truncate of whole files. */

import nodeFs from 'node:fs';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { Area, Tools } from '../suite.js';

const { constants } = nodeFs;

const fixture = ({ fs, p }: Tools): void => {
  fs.writeFileSync(p('file'), 'héllo');
  fs.mkdirSync(p('dir'));
  fs.writeFileSync(p('dir/inner'), 'inner');
  fs.symlinkSync('file', p('link'));
  fs.symlinkSync('missing', p('dangling'));
};

/** The same arguments in the three forms. */
const three = (t: Tools, name: string, ...args: unknown[]): (() => unknown)[] => [
  () => t.loose()[`${name}Sync`](...args),
  () => t.cb((k) => t.loose()[name](...args, k)),
  () => t.loose(t.fs.promises)[name](...args),
];

const DATA: unknown[] = [
  'text',
  '',
  Buffer.from('buf'),
  new Uint8Array([1, 2]),
  new Uint16Array([258, 3]),
  new DataView(new ArrayBuffer(3)),
  new Float32Array([1]),
  Buffer.from('abcdef').subarray(2, 4),
  1,
  null,
  undefined,
  {},
  [],
  ['a', 'b'],
  true,
  () => {},
  5n,
  new ArrayBuffer(2),
  new String('s'),
  { toString: () => 'x' },
  new Date(0),
];

const area: Area = {
  'readFile: encodings and flags': (t) => {
    fixture(t);
    const options = [
      undefined,
      null,
      'utf8',
      'latin1',
      'hex',
      'base64',
      'base64url',
      'ucs2',
      'utf16le',
      'ascii',
      'binary',
      'buffer',
      'UTF8',
      'nope',
      '',
      {},
      { encoding: 'hex' },
      { encoding: null },
      { encoding: 'nope' },
      { flag: 'a+' },
      { flag: 'w+' },
      { flag: 'z' },
      { flag: 'r' },
      1,
      true,
    ];
    return t.all(...options.flatMap((option) => three(t, 'readFile', t.p('file'), option)));
  },
  'readFile: what cannot be read': (t) => {
    fixture(t);
    return t.all(
      ...['dir', 'missing', 'dangling', 'file/', 'file/x', 'dir/', ''].flatMap((name) =>
        three(t, 'readFile', name === '' ? '' : `${t.dir}/${name}`),
      ),
    );
  },
  'readFile: descriptors start at their position': async (t) => {
    fixture(t);
    const fd = t.fs.openSync(t.p('file'), 'r');
    t.fs.readSync(fd, Buffer.alloc(2), 0, 2, null);
    const seen = [
      t.fs.readFileSync(fd, 'utf8'),
      t.fs.readFileSync(fd, 'utf8'),
      await t.cb((k) => t.fs.readFile(fd, k)),
    ];
    t.fs.closeSync(fd);
    return seen;
  },
  'writeFile: kinds of data': async (t) => {
    const outcomes: unknown[] = [];
    for (const data of DATA) {
      for (const call of three(t, 'writeFile', t.p('f'), data))
        outcomes.push(await t.attempt(call), await t.attempt(() => t.fs.readFileSync(t.p('f'))));
    }
    return outcomes;
  },
  'appendFile: kinds of data': async (t) => {
    const outcomes: unknown[] = [];
    for (const data of DATA) {
      for (const call of three(t, 'appendFile', t.p('f'), data)) outcomes.push(await t.attempt(call));
    }
    return [outcomes, t.fs.readFileSync(t.p('f'))];
  },
  'writeFile: options': async (t) => {
    const options = [
      undefined,
      null,
      'hex',
      'latin1',
      'nope',
      { encoding: 'base64' },
      { mode: 0o600 },
      { mode: '0640' },
      { mode: 'x' },
      { mode: -1 },
      { flag: 'a' },
      { flag: 'wx' },
      { flag: 'r' },
      { flag: 'r+' },
      { flag: 'z' },
      { flush: true },
      { flush: 1 },
      { encoding: 1 },
      7,
      true,
      () => {},
    ];
    const outcomes: unknown[] = [];
    for (const option of options) {
      for (const call of three(t, 'writeFile', t.p('f'), 'cafe', option)) {
        if (typeof option === 'function') continue;
        outcomes.push(
          option,
          await t.attempt(call),
          await t.attempt(() => [t.fs.readFileSync(t.p('f')), t.fs.statSync(t.p('f')).mode]),
        );
        t.fs.rmSync(t.p('f'), { force: true });
      }
    }
    return outcomes;
  },
  'writeFile: places that refuse': (t) => {
    fixture(t);
    return t.all(
      ...['dir', 'missing/x', 'file/x', 'new/', 'dir/', '', 'n'.repeat(256), 'dangling'].flatMap((name) =>
        three(t, 'writeFile', name === '' ? '' : `${t.dir}/${name}`, 'data'),
      ),
      () => t.fs.readdirSync(t.dir),
    );
  },
  'writeFile: iterables and streams through promises': async (t) => {
    const { writeFile, readFile } = t.fs.promises;
    const write = async (data: Parameters<typeof writeFile>[1], options?: Parameters<typeof writeFile>[2]) => {
      const outcome = await t.attempt(() => writeFile(t.p('s'), data, options));
      return [outcome, await t.attempt(() => readFile(t.p('s'), 'utf8'))];
    };
    async function* slow(...items: (string | Uint8Array)[]) {
      for (const item of items) {
        await new Promise((resolve) => setImmediate(resolve));
        yield item;
      }
    }
    const failing = async function* () {
      yield 'part';
      throw new Error('source failed');
    };
    return [
      await write(slow('a', 'b')),
      await write(slow('ff', 'f'), 'hex'),
      await write(['x', 'y']),
      await write(Readable.from(['r1', 'r2'])),
      await write(slow(Buffer.from('buf'), 'é')),
      await write(failing()),
      await write(slow()),
      await write([1] as unknown as string[]),
      await write(slow('a'), { signal: AbortSignal.abort() }),
      await write(new Set(['s', 't'])),
    ];
  },
  'AbortSignal in readFile and writeFile': async (t) => {
    fixture(t);
    const why = new Error('why');
    const signals = [
      AbortSignal.abort(),
      AbortSignal.abort(why),
      new AbortController().signal,
      {},
      'x',
      null,
      undefined,
    ];
    const { readFile, writeFile, appendFile } = t.loose(t.fs.promises);
    const outcomes = await t.all(
      ...signals.flatMap((signal) => [
        () => readFile(t.p('file'), { signal }),
        () => writeFile(t.p('w'), 'x', { signal }),
        () => appendFile(t.p('w'), 'x', { signal }),
        () => t.cb((k) => t.loose().readFile(t.p('file'), { signal }, k)),
        () => t.cb((k) => t.loose().writeFile(t.p('w'), 'x', { signal }, k)),
      ]),
    );
    const later = new AbortController();
    const pending = readFile(t.p('file'), { signal: later.signal }) as Promise<unknown>;
    later.abort();
    return [outcomes, await t.attempt(() => pending)];
  },
  'path forms': (t) => {
    fixture(t);
    const { href } = pathToFileURL(t.p('file'));
    const forms = [
      Buffer.from(t.p('file')),
      new TextEncoder().encode(t.p('file')),
      new URL(href),
      href,
      new URL('http://x/y'),
      new URL('file://host/y'),
      new URL('file:///a%2fb'),
      new URL('file:///a%00'),
      `${t.p('file')}\0`,
      Buffer.from('a\0b'),
      { href, protocol: 'file:' },
      { href, protocol: 'file:', pathname: new URL(href).pathname, hostname: '' },
      new String(t.p('file')),
      new Uint16Array(2),
      1.5,
      true,
      Symbol('p'),
      null,
      undefined,
      {},
      [],
    ];
    return t.all(
      ...forms.flatMap((form) => [
        ...three(t, 'stat', form).map((call) => async () => (await t.attempt(call)) && t.attempt(call)),
        ...three(t, 'readFile', form),
      ]),
    );
  },
  'exists and access': (t) => {
    fixture(t);
    t.fs.chmodSync(t.p('file'), 0o400);
    const { existsSync, exists, accessSync } = t.loose();
    const paths = [
      t.p('file'),
      t.p('dir'),
      t.p('dangling'),
      t.p('missing'),
      `${t.p('file')}/`,
      `${t.p('file')}/x`,
      '',
      'a\0b',
      null,
      undefined,
      1,
      {},
      Buffer.from(t.p('file')),
      new URL('http://x'),
    ];
    const modes = [0, 1, 2, 4, 7, 8, -1, 1.5, 'x', null, undefined, {}];
    return t.all(
      ...paths.flatMap((path) => [
        () => existsSync(path),
        () => t.cb((k) => exists(path, k)),
        ...three(t, 'access', path),
      ]),
      ...modes.flatMap((mode) => three(t, 'access', t.p('file'), mode)),
      () => exists(t.p('file')),
      () => accessSync(t.p('dir'), constants.X_OK),
    );
  },
  'copyFile: modes and refusals': async (t) => {
    fixture(t);
    t.fs.chmodSync(t.p('file'), 0o640);
    const pairs = [
      ['file', 'copy'],
      ['file', 'file'],
      ['link', 'copy'],
      ['file', 'link'],
      ['missing', 'x'],
      ['file', 'dir'],
      ['dangling', 'x'],
      ['file', 'missing/x'],
      ['file', 'dangling'],
    ];
    const modes = [undefined, 0, constants.COPYFILE_EXCL, constants.COPYFILE_FICLONE, 3, 8, -1, 'x', null, 1.5];
    const outcomes = await t.all(
      ...pairs.flatMap(([from, to]) => three(t, 'copyFile', t.p(from), t.p(to))),
      ...modes.flatMap((mode) => three(t, 'copyFile', t.p('file'), t.p('again'), mode)),
    );
    return [outcomes, t.fs.statSync(t.p('copy')).mode, t.fs.readdirSync(t.dir), t.fs.readFileSync(t.p('copy'))];
  },
  unlink: (t) => {
    fixture(t);
    return t.all(
      ...['file', 'dir', 'missing', 'dangling', 'file/', 'dir/.', 'link/', ''].flatMap((name) =>
        three(t, 'unlink', name === '' ? '' : `${t.dir}/${name}`),
      ),
      () => t.fs.readdirSync(t.dir),
    );
  },
  openAsBlob: async (t) => {
    fixture(t);
    const { openAsBlob } = t.loose();
    const blob = (await openAsBlob(t.p('file'), { type: 'text/plain' })) as Blob;
    const read = [blob.size, blob.type, await blob.text(), await blob.slice(1, 3).text()];
    return [
      read,
      await t.all(
        () => openAsBlob(t.p('missing')),
        () => openAsBlob(1),
        () => openAsBlob(t.p('file'), { type: 1 }),
        () => openAsBlob(t.p('file'), 'x'),
      ),
    ];
  },
};

export default area;
