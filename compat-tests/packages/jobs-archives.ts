/** Compat tests, packages: archives, tables and logs, by packages that know only the process's own `node:fs`. */
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Job, load, sources, tree } from './sources.js';

interface AdmZip {
  addLocalFolder(path: string, name?: string): void;
  addFile(name: string, bytes: Buffer): void;
  writeZip(path: string): void;
  extractAllTo(path: string, overwrite: boolean): void;
  readAsText(name: string): string;
}

const zipped = (dir: string): AdmZip => {
  const Zip = load<new (path?: string) => AdmZip>('adm-zip');
  const zip = new Zip();
  zip.addLocalFolder(join(dir, 'src/lib'), 'lib');
  zip.addFile('made/up.txt', Buffer.from('made up'));
  zip.writeZip(join(dir, 'a.zip'));
  return new Zip(join(dir, 'a.zip'));
};

export const archives: Readonly<Record<string, Job>> = {
  'adm-zip': async (fs, dir) => {
    sources(fs, dir);
    const zip = zipped(dir);
    zip.extractAllTo(join(dir, 'out'), true);
    return [tree(fs, join(dir, 'out')), zip.readAsText('made/up.txt')];
  },
  'node-stream-zip': async (fs, dir) => {
    type Zip = {
      entries(): Promise<object>;
      extract(entry: string | null, to: string): Promise<number>;
      entryData(name: string): Promise<Buffer>;
      close(): Promise<void>;
    };
    const { async: StreamZip } = load<{ async: new (options: object) => Zip }>('node-stream-zip');
    sources(fs, dir);
    zipped(dir);
    fs.mkdirSync(join(dir, 'out'));
    const zip = new StreamZip({ file: join(dir, 'a.zip') });
    const found = [
      Object.keys(await zip.entries()).sort(),
      await zip.extract(null, join(dir, 'out')),
      String(await zip.entryData('made/up.txt')),
    ];
    await zip.close();
    return [found, tree(fs, join(dir, 'out'))];
  },
  yazl: async (fs, dir) => {
    type Zip = {
      addFile(path: string, name: string, options?: object): void;
      addEmptyDirectory(name: string): void;
      end(): void;
      outputStream: Readable;
    };
    const { ZipFile } = load<{ ZipFile: new () => Zip }>('yazl');
    const yauzl = await import('yauzl');
    sources(fs, dir);
    fs.chmodSync(join(dir, 'src/lib/add.js'), 0o750);
    const zip = new ZipFile();
    zip.addFile(join(dir, 'src/index.js'), 'ïndex ☃.js');
    zip.addFile(join(dir, 'src/lib/add.js'), 'lib/add.js', { compress: false });
    zip.addEmptyDirectory('empty');
    zip.end();
    await pipeline(zip.outputStream, fs.createWriteStream(join(dir, 'a.zip')));
    const file = await promisify<string, object, import('yauzl').ZipFile>(yauzl.open)(join(dir, 'a.zip'), {
      lazyEntries: true,
    });
    return new Promise((resolve, reject) => {
      const found: unknown[] = [];
      file.on('entry', (entry: import('yauzl').Entry) => {
        found.push([entry.fileName, entry.uncompressedSize, (entry.externalFileAttributes >>> 16).toString(8)]);
        file.readEntry();
      });
      file.on('end', () => resolve(found)).on('error', reject);
      file.readEntry();
    });
  },
  'csv-parse': async (fs, dir) => {
    const { parse } = await import('csv-parse');
    const rows = Array.from({ length: 3000 }, (_, i) => `${i},"row ""${i}"", ä"`);
    fs.writeFileSync(join(dir, 'a.csv'), `id,text\n${rows.join('\n')}`);
    const found: unknown[] = [];
    for await (const row of fs.createReadStream(join(dir, 'a.csv')).pipe(parse({ columns: true }))) found.push(row);
    return [found.length, found[0], found.at(-1)];
  },
  'n-readlines': async (fs, dir) => {
    const Lines = load<new (path: string, options?: object) => { next(): Buffer | null }>('n-readlines');
    fs.writeFileSync(join(dir, 'lines'), `one\n\n${'long '.repeat(500)}\nlast`);
    const lines = new Lines(join(dir, 'lines'), { readChunk: 64 });
    const found: string[] = [];
    for (let line = lines.next(); line; line = lines.next()) found.push(String(line));
    return found;
  },
  log4js: async (fs, dir) => {
    const log4js = load<{
      configure(config: object): void;
      getLogger(name: string): { info(line: string): void };
      shutdown(done: (error?: Error) => void): void;
    }>('log4js');
    const layout = { type: 'messagePassThrough' };
    log4js.configure({
      appenders: {
        rolling: { type: 'file', filename: join(dir, 'logs/app.log'), maxLogSize: 1000, backups: 2, layout },
        sync: { type: 'fileSync', filename: join(dir, 'logs/sync.log'), maxLogSize: 500, backups: 2, layout },
      },
      categories: { default: { appenders: ['rolling', 'sync'], level: 'info' } },
    });
    const logger = log4js.getLogger('any');
    for (let i = 0; i < 100; i++) logger.info(`message number ${i}`);
    await promisify(log4js.shutdown)();
    const logs = fs.readdirSync(join(dir, 'logs')).sort();
    return [
      logs,
      logs.filter((name) => name.startsWith('sync')).map((name) => fs.statSync(join(dir, 'logs', name)).size),
    ];
  },
};
