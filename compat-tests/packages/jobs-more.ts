/** Compat tests, packages: more published packages that take an fs object, or streams of one. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Job, load, sources, tree } from './sources.js';

/** A server that lives for one job: what it answers to each path. */
const served = async (
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  requests: readonly [path: string, init?: RequestInit][],
): Promise<unknown> => {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const answers: unknown[] = [];
    for (const [path, init] of requests) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init });
      const body = await response.text();
      answers.push([path, response.status, response.headers.get('content-type'), body.slice(0, 300)]);
    }
    return answers;
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

export const more: Readonly<Record<string, Job>> = {
  jsonfile: async (fs, dir) => {
    const jsonfile = load<{
      readFile(file: string, options: object): Promise<unknown>;
      writeFile(file: string, value: unknown, options: object): Promise<void>;
      readFileSync(file: string, options: object): unknown;
      writeFileSync(file: string, value: unknown, options: object): void;
    }>('jsonfile');
    const file = join(dir, 'a.json');
    await jsonfile.writeFile(file, { a: [1, 'ä'] }, { fs, spaces: 2 });
    const first = fs.readFileSync(file, 'utf8');
    jsonfile.writeFileSync(file, { b: 2 }, { fs, EOL: '\r\n' });
    fs.writeFileSync(join(dir, 'bad.json'), '{');
    return [
      first,
      await jsonfile.readFile(file, { fs }),
      jsonfile.readFileSync(file, { fs }),
      await jsonfile.readFile(join(dir, 'bad.json'), { fs }).catch((error: Error) => error.name),
      jsonfile.readFileSync(join(dir, 'bad.json'), { fs, throws: false }),
      await jsonfile.readFile(join(dir, 'none.json'), { fs }).catch((error: NodeJS.ErrnoException) => error.code),
    ];
  },
  'path-scurry': async (fs, dir) => {
    const { PathScurry } = await import('path-scurry');
    sources(fs, dir);
    const scurry = new PathScurry(dir, { fs: fs as never });
    const found: string[] = [];
    for await (const entry of scurry.iterate()) found.push(`${entry.relative()} ${entry.getType()}`);
    return [
      found.sort(),
      scurry.walkSync({ withFileTypes: false }).length,
      (await scurry.lstat('src/alias'))?.isSymbolicLink(),
      (await scurry.realpath('src/alias'))?.replace(dir, '@'),
      await scurry.readlink('src/alias').then((path) => path?.replace(dir, '@')),
    ];
  },
  eta: async (fs, dir) => {
    const { Eta } = await import('eta');
    fs.mkdirSync(join(dir, 'views/parts'), { recursive: true });
    fs.writeFileSync(join(dir, 'views/page.eta'), "<h1><%= it.title %></h1><%~ include('./parts/list', it) %>");
    fs.writeFileSync(join(dir, 'views/parts/list.eta'), '<% it.items.forEach((i) => { %>[<%= i %>]<% }) %>');
    const eta = new Eta({ views: join(dir, 'views') });
    eta.readFile = (path: string) => fs.readFileSync(path, 'utf8');
    return eta.render('./page', { title: 'a & b', items: [1, 2] });
  },
  'serve-handler': async (fs, dir) => {
    const handler =
      load<(request: unknown, response: unknown, config: object, methods: object) => Promise<void>>('serve-handler');
    sources(fs, dir);
    fs.writeFileSync(join(dir, 'src/page.html'), '<p>page</p>');
    const methods = {
      lstat: promisify(fs.lstat),
      realpath: promisify(fs.realpath),
      readdir: promisify(fs.readdir),
      createReadStream: fs.createReadStream,
    };
    const config = { public: join(dir, 'src'), symlinks: true, etag: true };
    return served(
      (request, response) => handler(request, response, config, methods),
      [
        ['/page'],
        ['/index.js'],
        ['/lib/deep/note.txt', { headers: { range: 'bytes=1-2' } }],
        ['/alias/add.js'],
        ['/none'],
        ['/lib/deep'],
      ],
    );
  },
  busboy: async (fs, dir) => {
    const busboy = load<(config: object) => Writable>('busboy');
    const form = new FormData();
    form.append('title', 'a title');
    form.append('file', new Blob(['x'.repeat(100_000)]), 'large.txt');
    form.append('file', new Blob(['small']), 'small.txt');
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const parts = busboy({ headers: request.headers });
      const written: Promise<void>[] = [];
      const fields: string[] = [];
      parts.on('field', (name: string, value: string) => fields.push(`${name}=${value}`));
      parts.on('file', (_name: string, file: Readable, { filename }: { filename: string }) => {
        written.push(pipeline(file, fs.createWriteStream(join(dir, filename))));
      });
      await pipeline(request, parts);
      await Promise.all(written);
      response.end(fields.join());
    };
    const answers = await served(answer, [['/', { method: 'POST', body: form }]]);
    return [answers, tree(fs, dir).map((line) => line.slice(0, 40)), fs.statSync(join(dir, 'large.txt')).size];
  },
  'tar-stream': async (fs, dir) => {
    type Pack = Readable & {
      entry(header: object, body?: string): Writable;
      finalize(): void;
    };
    type Extract = Writable & AsyncIterable<Readable & { header: { name: string; size: number } }>;
    const tar = load<{ pack(): Pack; extract(): Extract }>('tar-stream');
    fs.writeFileSync(join(dir, 'body'), 'b'.repeat(70_000));
    const pack = tar.pack();
    const packing = pipeline(pack, fs.createWriteStream(join(dir, 'a.tar')));
    pack.entry({ name: 'small', mtime: new Date(0) }, 'small');
    const entry = pack.entry({ name: 'large', size: 70_000, mtime: new Date(0) });
    await pipeline(fs.createReadStream(join(dir, 'body')), entry);
    pack.finalize();
    await packing;
    const extract = tar.extract();
    const reading = pipeline(fs.createReadStream(join(dir, 'a.tar')), extract);
    const found: unknown[] = [];
    for await (const each of extract) {
      found.push([each.header.name, each.header.size, (await text(each)).length]);
      each.resume();
    }
    await reading;
    return [found, fs.statSync(join(dir, 'a.tar')).size];
  },
  esbuild: async (fs, dir) => {
    const { build } = await import('esbuild');
    sources(fs, dir);
    const { outputFiles } = await build({
      entryPoints: [join(dir, 'src/index.js')],
      bundle: true,
      write: false,
      format: 'esm',
      logLevel: 'silent',
      absWorkingDir: '/',
      plugins: [
        {
          name: 'volume',
          setup(hooks) {
            hooks.onResolve({ filter: /.*/ }, ({ path, resolveDir, importer }) => {
              if (path === 'dep') return { path: join(dir, 'node_modules/dep/main.js'), namespace: 'volume' };
              return { path: join(importer ? join(importer, '..') : resolveDir, path), namespace: 'volume' };
            });
            hooks.onLoad({ filter: /.*/, namespace: 'volume' }, async ({ path }) => ({
              contents: await fs.promises.readFile(path.startsWith(dir) ? path : path.slice(path.indexOf(dir))),
            }));
          },
        },
      ],
    });
    fs.writeFileSync(join(dir, 'bundle.js'), outputFiles[0].contents);
    return fs.readFileSync(join(dir, 'bundle.js'), 'utf8').replaceAll(dir, '@');
  },
  fflate: async (fs, dir) => {
    const { gunzipSync, gzipSync, unzipSync, zipSync } = await import('fflate');
    fs.writeFileSync(join(dir, 'text'), 'text '.repeat(1000));
    fs.writeFileSync(join(dir, 'text.gz'), gzipSync(fs.readFileSync(join(dir, 'text')), { mtime: 1 }));
    const zipped = zipSync({ 'a/text': fs.readFileSync(join(dir, 'text')) }, { mtime: new Date(2_000, 1) });
    await fs.promises.writeFile(join(dir, 'all.zip'), zipped);
    return [
      gunzipSync(fs.readFileSync(join(dir, 'text.gz'))).length,
      Object.entries(unzipSync(fs.readFileSync(join(dir, 'all.zip')))).map(([name, bytes]) => [name, bytes.length]),
    ];
  },
};
