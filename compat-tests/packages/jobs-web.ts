/** Compat tests, packages: templates, uploads, stores and helpers that know only the process's own `node:fs`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { type Job, load, sources, tree } from './sources.js';

/** What a server answers to a form with two files. */
async function posted(answer: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<unknown> {
  const form = new FormData();
  form.append('title', 'a title');
  form.append('file', new Blob(['x'.repeat(90_000)]), 'large.txt');
  form.append('file', new Blob(['small']), 'small.txt');
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: form });
    return [response.status, await response.text()];
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export const web: Readonly<Record<string, Job>> = {
  ejs: async (fs, dir) => {
    const ejs = load<{ renderFile(path: string, data: object): Promise<string> }>('ejs');
    fs.writeFileSync(join(dir, 'page.ejs'), '<%- include("part", { n: 2 }) %>|<%= title %>');
    fs.writeFileSync(join(dir, 'part.ejs'), '[<%= n %>]');
    return [
      await ejs.renderFile(join(dir, 'page.ejs'), { title: 'a < b' }),
      await ejs.renderFile(join(dir, 'page.ejs'), {}).catch((error: Error) => error.message.replaceAll(dir, '@')),
      await ejs.renderFile(join(dir, 'none.ejs'), {}).catch((error: NodeJS.ErrnoException) => error.code),
    ];
  },
  liquidjs: async (fs, dir) => {
    const { Liquid } = await import('liquidjs');
    fs.mkdirSync(join(dir, 'views'));
    fs.writeFileSync(
      join(dir, 'views/page.liquid'),
      "{% layout 'frame' %}{% block body %}{% render 'part', x: 1 %}{% endblock %}",
    );
    fs.writeFileSync(join(dir, 'views/frame.liquid'), '<{% block body %}{% endblock %}>');
    fs.writeFileSync(join(dir, 'views/part.liquid'), 'part {{ x }}');
    const engine = new Liquid({ root: join(dir, 'views'), extname: '.liquid' });
    return [
      await engine.renderFile('page'),
      engine.renderFileSync('page'),
      await engine.renderFile('none').catch((error: Error) => error.message.split('\n')[0].replaceAll(dir, '@')),
    ];
  },
  multer: async (fs, dir) => {
    type File = { path: string; size: number; destination: string };
    type Upload = {
      array(name: string): (request: unknown, response: unknown, next: (error?: unknown) => void) => void;
    };
    const multer = load<(options: object) => Upload>('multer');
    const upload = multer({ dest: join(dir, 'up'), limits: { files: 2 } }).array('file');
    const answer = await posted((request, response) =>
      upload(request, response, (error) => {
        const files = (Reflect.get(request, 'files') ?? []) as File[];
        const told = files.map(({ path, size }) => [
          size,
          fs.readFileSync(path).length,
          dirname(path) === join(dir, 'up'),
        ]);
        response.end(JSON.stringify([error ?? null, Reflect.get(request, 'body'), told]));
      }),
    );
    return [answer, fs.readdirSync(join(dir, 'up')).length];
  },
  formidable: async (fs, dir) => {
    type File = { filepath: string; size: number; hash: string; newFilename: string };
    type Form = { parse(request: unknown): Promise<[object, { file: File[] }]> };
    const { formidable } = load<{ formidable: (options: object) => Form }>('formidable');
    fs.mkdirSync(join(dir, 'up'));
    const answer = await posted(async (request, response) => {
      const options = { uploadDir: join(dir, 'up'), keepExtensions: true, hashAlgorithm: 'sha1', multiples: true };
      const [fields, { file }] = await formidable(options).parse(request);
      const told = file.map(({ filepath, size, hash, newFilename }) => [
        ...[size, hash, fs.readFileSync(filepath).length, extname(newFilename)],
      ]);
      response.end(JSON.stringify([fields, told]));
    });
    return [answer, fs.readdirSync(join(dir, 'up')).length];
  },
  'node-persist': async (fs, dir) => {
    type Storage = Record<
      'init' | 'setItem' | 'getItem' | 'removeItem' | 'keys',
      (...args: unknown[]) => Promise<unknown>
    >;
    const storage = load<{ create(options: object): Storage }>('node-persist').create({ dir: join(dir, 'store') });
    await storage.init();
    await Promise.all([storage.setItem('a', { b: [1] }), storage.setItem('c', 'd')]);
    await storage.removeItem('c');
    return [await storage.getItem('a'), await storage.keys(), fs.readdirSync(join(dir, 'store')).length];
  },
  'fs-jetpack': async (fs, dir) => {
    type Jetpack = Record<string, (...args: unknown[]) => unknown> & { cwd(path: string): Jetpack };
    const jetpack = load<Jetpack>('fs-jetpack').cwd(dir);
    sources(fs, dir);
    await jetpack.copyAsync('src', 'copy', { matching: ['**/*.js', 'lib/deep/*'] });
    jetpack.copy('src', 'all');
    jetpack.move('all/lib', 'moved');
    await jetpack.writeAsync('data.json', { a: 1 }, { atomic: true });
    jetpack.append('made/up', 'text');
    jetpack.dir('private', { empty: true, mode: '700' });
    const found = [
      jetpack.read('data.json', 'json'),
      jetpack.inspectTree('src', { checksum: 'sha1' }),
      (jetpack.find('src', { matching: '*.js' }) as string[]).sort(),
      await jetpack.existsAsync('none'),
      fs.statSync(join(dir, 'private')).mode.toString(8),
    ];
    jetpack.remove('moved');
    return [found, tree(fs, dir)];
  },
};

/** On the object, which takes the place of `fs` for one module. */
export const mocked: Readonly<Record<string, Job>> = {
  'mock-require': async (fs, dir) => {
    const mock = load<{
      (name: string, value: unknown): void;
      reRequire(name: string): new (path: string) => { next(): Buffer | null };
      stopAll(): void;
    }>('mock-require');
    fs.writeFileSync(join(dir, 'lines'), 'a\nb\n');
    mock('fs', fs);
    try {
      const Lines = mock.reRequire('n-readlines');
      const lines = new Lines(join(dir, 'lines'));
      return [String(lines.next()), String(lines.next()), lines.next()];
    } finally {
      mock.stopAll();
      mock.reRequire('n-readlines');
    }
  },
};
