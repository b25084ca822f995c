/**
 * Compat tests, packages: small real jobs of published packages that take an fs
 * object. A job works in an empty directory and returns what it made or found;
 * the same job on the real file system gives the expected answer.
 */
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import type { NodeFs } from '../targets.js';
import { type Job, load, sources } from './sources.js';

export const jobs: Readonly<Record<string, Job>> = {
  glob: async (fs, dir) => {
    const { glob, globSync } = await import('glob');
    sources(fs, dir);
    const fsOption = fs as unknown as NonNullable<Parameters<typeof glob>[1]>['fs'];
    return [
      (await glob('**', { cwd: dir, fs: fsOption, dot: true })).sort(),
      globSync('src/**/*.js', { cwd: dir, fs: fsOption }).sort(),
      (await glob('**/*.txt', { cwd: dir, fs: fsOption, follow: true, withFileTypes: true })).map((path) => [
        path.name,
        path.isFile(),
      ]),
    ];
  },
  'fast-glob': async (fs, dir) => {
    const fastGlob = (await import('fast-glob')).default;
    sources(fs, dir);
    return [
      (await fastGlob('**', { cwd: dir, fs, dot: true })).sort(),
      fastGlob.sync('src/**/*.js', { cwd: dir, fs }).sort(),
      (await fastGlob('**/*.js', { cwd: dir, fs, stats: true, followSymbolicLinks: false }))
        .map((entry) => [entry.path, entry.stats?.size])
        .sort(),
    ];
  },
  tinyglobby: async (fs, dir) => {
    const { glob, globSync } = await import('tinyglobby');
    sources(fs, dir);
    return [(await glob('**/*', { cwd: dir, fs })).sort(), globSync('**/*.js', { cwd: dir, fs }).sort()];
  },
  fdir: async (fs, dir) => {
    const { fdir } = await import('fdir');
    sources(fs, dir);
    const crawl = () => new fdir({ fs }).withFullPaths().withDirs().withSymlinks({ resolvePaths: false });
    return [(await crawl().crawl(dir).withPromise()).sort(), crawl().crawl(dir).sync().sort()];
  },
  klaw: async (fs, dir) => {
    sources(fs, dir);
    const klaw = load<(root: string, options: object) => AsyncIterable<{ path: string }>>('klaw');
    const found: string[] = [];
    for await (const item of klaw(dir, { fs })) found.push(item.path);
    return found.sort();
  },
  mkdirp: async (fs, dir) => {
    const { mkdirp } = await import('mkdirp');
    const options = { fs, mode: 0o750 } as unknown as Parameters<typeof mkdirp>[1];
    return [
      await mkdirp(join(dir, 'a/b/c'), options),
      await mkdirp(join(dir, 'a/b'), options),
      mkdirp.manualSync(join(dir, 'x/y'), options),
      await mkdirp.manual(join(dir, 'x/z/w'), options),
    ];
  },
  'proper-lockfile': async (fs, dir) => {
    const { lock, check } = load<{
      lock(file: string, options: object): Promise<() => Promise<void>>;
      check(file: string, options: object): Promise<boolean>;
    }>('proper-lockfile');
    const file = join(dir, 'guarded');
    fs.writeFileSync(file, '');
    const release = await lock(file, { fs });
    const second = await lock(file, { fs, retries: 0 }).catch((error: NodeJS.ErrnoException) => error.code);
    const held = await check(file, { fs });
    await release();
    return [second, held, await check(file, { fs })];
  },
  'graceful-fs': async (fs, dir) => {
    const { gracefulify } = load<{ gracefulify(fs: object): NodeFs }>('graceful-fs');
    const graceful = gracefulify({ ...fs });
    sources(graceful, dir);
    await Promise.all(
      Array.from(
        { length: 30 },
        (_, i) =>
          new Promise<void>((resolve, reject) =>
            graceful.writeFile(join(dir, `f${i}`), `${i}`, (error) => (error ? reject(error) : resolve())),
          ),
      ),
    );
    const names = await new Promise<string[]>((resolve, reject) =>
      graceful.readdir(dir, (error, found) => (error ? reject(error) : resolve(found))),
    );
    const writer = graceful.createWriteStream(join(dir, 'streamed'));
    writer.end('streamed');
    await finished(writer);
    return [names, graceful.readFileSync(join(dir, 'streamed'), 'utf8')];
  },
  'isomorphic-git': async (fs, dir) => {
    const git = (await import('isomorphic-git')).default;
    sources(fs, dir);
    const author = { name: 'A', email: 'a@b', timestamp: 1_700_000_000, timezoneOffset: 0 };
    const repository = { fs, dir };
    await git.init({ ...repository, defaultBranch: 'main' });
    for (const filepath of ['src/index.js', 'src/lib/add.js', 'src/alias']) await git.add({ ...repository, filepath });
    const first = await git.commit({ ...repository, message: 'first', author });
    fs.writeFileSync(join(dir, 'src/index.js'), 'changed');
    const status = await git.statusMatrix(repository);
    await git.branch({ ...repository, ref: 'side' });
    await git.add({ ...repository, filepath: 'src/index.js' });
    const second = await git.commit({ ...repository, message: 'second', author });
    await git.checkout({ ...repository, ref: 'side' });
    return [
      first,
      second,
      status,
      fs.readFileSync(join(dir, 'src/index.js'), 'utf8'),
      (await git.log(repository)).map((entry) => entry.oid),
      await git.listBranches(repository),
    ];
  },
  'enhanced-resolve': async (fs, dir) => {
    const { CachedInputFileSystem, ResolverFactory } = await import('enhanced-resolve');
    sources(fs, dir);
    const resolver = ResolverFactory.createResolver({
      fileSystem: new CachedInputFileSystem(
        fs as unknown as ConstructorParameters<typeof CachedInputFileSystem>[0],
        1000,
      ),
      extensions: ['.js'],
    });
    const resolve = (request: string): Promise<unknown> =>
      new Promise((done) =>
        resolver.resolve({}, join(dir, 'src'), request, {}, (error, path) =>
          done(error ? error.message.split('\n')[0] : path),
        ),
      );
    return [await resolve('./index'), await resolve('dep'), await resolve('./alias/add'), await resolve('missing')];
  },
  webpack: async (fs, dir) => {
    const webpack = (await import('webpack')).default;
    sources(fs, dir);
    const compiler = webpack({
      mode: 'production',
      context: dir,
      entry: './src/index.js',
      output: { path: join(dir, 'out') },
      optimization: { minimize: false },
    });
    compiler.inputFileSystem = fs as unknown as typeof compiler.inputFileSystem;
    compiler.outputFileSystem = fs as unknown as typeof compiler.outputFileSystem;
    compiler.intermediateFileSystem = fs as unknown as typeof compiler.intermediateFileSystem;
    const stats = await new Promise<import('webpack').Stats | undefined>((resolve, reject) =>
      compiler.run((error, result) => (error ? reject(error) : resolve(result))),
    );
    await new Promise((resolve) => compiler.close(resolve));
    return [
      stats?.hasErrors(),
      stats?.toJson({ all: false, errors: true }).errors?.map((error) => error.message),
      fs.readFileSync(join(dir, 'out/main.js'), 'utf8'),
    ];
  },
  rollup: async (fs, dir) => {
    const { rollup } = await import('rollup');
    sources(fs, dir);
    const bundle = await rollup({
      input: join(dir, 'src/lib/add.js'),
      fs: fs.promises as unknown as import('rollup').RollupFsModule,
    });
    const { output } = await bundle.generate({ format: 'es' });
    await bundle.close();
    return output[0].code;
  },
  'tar-fs': async (fs, dir) => {
    const tar = load<{
      pack(dir: string, options: object): NodeJS.ReadableStream;
      extract(dir: string, options: object): NodeJS.WritableStream;
    }>('tar-fs');
    fs.mkdirSync(join(dir, 'in'));
    sources(fs, join(dir, 'in'));
    await pipeline(tar.pack(join(dir, 'in'), { fs, sort: true }), fs.createWriteStream(join(dir, 'all.tar')));
    await pipeline(fs.createReadStream(join(dir, 'all.tar')), tar.extract(join(dir, 'out'), { fs, utimes: false }));
    return [
      (fs.readdirSync(join(dir, 'out'), { recursive: true }) as string[]).sort(),
      fs.readlinkSync(join(dir, 'out/src/alias')),
      fs.readFileSync(join(dir, 'out/src/index.js'), 'utf8'),
      fs.statSync(join(dir, 'all.tar')).size,
    ];
  },
  jszip: async (fs, dir) => {
    const JSZip = (await import('jszip')).default;
    const zip = new JSZip();
    zip
      .file('a.txt', 'a'.repeat(5000), { date: new Date(0) })
      .folder('d')
      ?.file('b.txt', 'b', { date: new Date(0) });
    await pipeline(
      zip.generateNodeStream({ streamFiles: true, compression: 'DEFLATE' }),
      fs.createWriteStream(join(dir, 'z.zip')),
    );
    const back = await JSZip.loadAsync(fs.readFileSync(join(dir, 'z.zip')));
    return [Object.keys(back.files), (await back.file('a.txt')?.async('string'))?.length];
  },
  unionfs: async (fs, dir) => {
    const { Union } = await import('unionfs');
    const layered = new Union().use(fs) as unknown as NodeFs;
    fs.writeFileSync(join(dir, 'f'), 'union');
    return [
      layered.readFileSync(join(dir, 'f'), 'utf8'),
      await layered.promises.readFile(join(dir, 'f'), 'utf8'),
      layered.existsSync(join(dir, 'none')),
      layered.readdirSync(dir),
    ];
  },
  linkfs: async (fs, dir) => {
    const { link } = load<{ link(fs: object, rewrite: string[]): NodeFs }>('linkfs');
    fs.writeFileSync(join(dir, 'f'), 'linked');
    const linked = link(fs, ['/virtual', dir]);
    return [
      linked.readFileSync('/virtual/f', 'utf8'),
      linked.existsSync('/virtual/none'),
      linked.statSync('/virtual/f').size,
    ];
  },
  typescript: async (fs, dir) => {
    const ts = (await import('typescript')).default;
    fs.writeFileSync(join(dir, 'a.ts'), 'export const n: number = 1;\n');
    fs.writeFileSync(join(dir, 'b.ts'), "import { n } from './a';\nexport const m: string = n;\n");
    const options = {
      noLib: true,
      types: [],
      outDir: join(dir, 'out'),
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2020,
    };
    const host = ts.createCompilerHost(options);
    host.readFile = (name) => (fs.existsSync(name) ? fs.readFileSync(name, 'utf8') : undefined);
    host.fileExists = (name) => fs.existsSync(name);
    host.directoryExists = (name) => fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
    host.getSourceFile = (name, target) => {
      const text = host.readFile(name);
      return text === undefined ? undefined : ts.createSourceFile(name, text, target);
    };
    host.writeFile = (name, text) => {
      fs.mkdirSync(join(name, '..'), { recursive: true });
      fs.writeFileSync(name, text);
    };
    const program = ts.createProgram([join(dir, 'b.ts')], options, host);
    program.emit();
    return [
      ts
        .getPreEmitDiagnostics(program)
        .filter((found) => found.file)
        .map((found) => ts.flattenDiagnosticMessageText(found.messageText, '\n')),
      fs.readFileSync(join(dir, 'out/b.js'), 'utf8'),
    ];
  },
};
