/** Compat tests, conformance: objects behind a Proxy or with an heir, as tracers and test doubles have them: usable where Node's are. */
import type { FileHandle } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { Area, Case, Tools } from '../suite.js';

type Wrap = <T extends object>(object: T) => T;

const wraps: Record<string, Wrap> = {
  'a Proxy': (object) => new Proxy(object, {}),
  'an heir': (object) => Object.create(object),
};

/** What V8 says of private fields differs with their names. */
const outcome = async (t: Tools, call: () => unknown): Promise<unknown> => {
  const answer = await t.attempt(call);
  const { threw, rejected } = (answer ?? {}) as { threw?: unknown; rejected?: unknown };
  const error = threw ?? rejected;
  return error instanceof TypeError && !('code' in error) ? 'TypeError' : answer;
};

const uses: [string, (handle: FileHandle, t: Tools) => unknown][] = [
  ['fd', ({ fd }) => fd > 0],
  ['read', async (handle) => (await handle.read(Buffer.alloc(2))).bytesRead],
  ['readv', async (handle) => (await handle.readv([Buffer.alloc(2)])).bytesRead],
  ['readFile', (handle) => handle.readFile('utf8')],
  ['write', async (handle) => (await handle.write('new')).bytesWritten],
  ['writev', async (handle) => (await handle.writev([Buffer.from('new')])).bytesWritten],
  ['writeFile', (handle) => handle.writeFile('new')],
  ['appendFile', (handle) => handle.appendFile('more')],
  ['stat', async (handle) => (await handle.stat()).size],
  ['chmod', (handle) => handle.chmod(0o600)],
  ['chown', (handle) => handle.chown(0, 0)],
  ['utimes', (handle) => handle.utimes(1, 1)],
  ['truncate', (handle) => handle.truncate(1)],
  ['sync', (handle) => handle.sync()],
  ['datasync', (handle) => handle.datasync()],
  ['getAsyncId', (handle) => typeof (handle as unknown as { getAsyncId(): number }).getAsyncId()],
  ['createReadStream', (handle) => text(handle.createReadStream())],
  ['createWriteStream', (handle) => finished(handle.createWriteStream().end('new'))],
  ['promises.readFile', (handle, t) => t.fs.promises.readFile(handle, 'utf8')],
  ['promises.writeFile', (handle, t) => t.fs.promises.writeFile(handle, 'new')],
  ['promises.appendFile', (handle, t) => t.fs.promises.appendFile(handle, 'more')],
  ['as the fd of a stream', (handle, t) => text(t.fs.createReadStream('', { fd: handle }))],
  ['close', (handle) => handle.close()],
];

/** Web streams and lines lock the handle to them, which an heir of Node's takes for itself. */
const ofProxies: typeof uses = [
  [
    'readLines',
    async (handle) => {
      const lines: string[] = [];
      for await (const line of handle.readLines()) lines.push(line);
      return lines;
    },
  ],
  ['readableWebStream', (handle) => text(handle.readableWebStream() as never)],
];

const handles =
  (wrap: Wrap, list: typeof uses): Case =>
  async (t) => {
    const seen: unknown[] = [];
    for (const [name, use] of list) {
      t.fs.writeFileSync(t.p('f'), 'one\ntwo');
      const handle = await t.fs.promises.open(t.p('f'), 'r+');
      seen.push(name, await outcome(t, () => use(wrap(handle), t)), t.fs.readFileSync(t.p('f'), 'utf8'));
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (handle.fd !== -1) await handle.close();
    }
    return seen;
  };

const entries =
  (wrap: Wrap): Case =>
  (t) => {
    t.fs.writeFileSync(t.p('f'), 'x');
    const stats = wrap(t.fs.statSync(t.p('f')));
    const big = wrap(t.fs.statSync(t.p('f'), { bigint: true }));
    const [entry] = t.fs.readdirSync(t.dir, { withFileTypes: true }).map(wrap);
    const seen: unknown[] = [stats.isFile(), stats.size, stats.mtime instanceof Date, big.isFile(), big.size];
    seen.push(entry.name, entry.isFile(), entry.parentPath === t.dir);
    return seen;
  };

/** Not of heirs: Node 20 closes such a directory twice, and the process ends. */
const directories: Case = async (t) => {
  const seen: unknown[] = [];
  for (const use of [
    (dir: ReturnType<typeof t.fs.opendirSync>) => dir.path === t.dir,
    (dir: ReturnType<typeof t.fs.opendirSync>) => dir.readSync()?.name,
    (dir: ReturnType<typeof t.fs.opendirSync>) => dir.read().then((found) => found?.name),
    (dir: ReturnType<typeof t.fs.opendirSync>) => dir.closeSync(),
    (dir: ReturnType<typeof t.fs.opendirSync>) => dir.close(),
  ]) {
    const dir = t.fs.opendirSync(t.dir);
    seen.push(await outcome(t, () => use(new Proxy(dir, {}))));
    await t.attempt(() => dir.closeSync());
  }
  return seen;
};

const area: Area = {
  ...Object.fromEntries(
    Object.entries(wraps).flatMap(([name, wrap]) => [
      [`FileHandle behind ${name}`, handles(wrap, uses)],
      [`Stats and Dirent behind ${name}`, entries(wrap)],
    ]),
  ),
  'Dir behind a Proxy': directories,
  'FileHandle behind a Proxy: lines and web streams': handles(wraps['a Proxy'], ofProxies),
  'the watcher of watchFile behind a Proxy': (t) => {
    const watcher = new Proxy(
      t.fs.watchFile(t.p('none'), () => {}),
      {},
    );
    const seen = [watcher.ref() === watcher, watcher.unref() === watcher];
    t.fs.unwatchFile(t.p('none'));
    return seen;
  },
};

export default area;
