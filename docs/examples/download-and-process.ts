/** A tarball is unpacked while it is downloaded, processed file by file, and the results leave as a stream. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFs } from 'quotafs';
import { exportArchive, exportArchiveStream, importArchive } from 'quotafs/archive';

// Stands for a registry.
const origin = createFs();
origin.mkdirSync('/package/lib', { recursive: true });
for (let n = 0; n < 200; n++) origin.writeFileSync(`/package/lib/${n}.js`, `export const n = ${n};\n`.repeat(50));
const tarball = await exportArchive(origin, '/', { format: 'tar.gz' });
const server = createServer((_, response) => response.end(tarball)).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/package.tgz`);
if (response.body === null) throw new Error('nothing came');
const fs = createFs({ maxQuota: 4 * 1024 * 1024 });
const { files, bytes } = await importArchive(fs, response.body as ReadableStream<Uint8Array>, { to: '/in', strip: 1 });
console.log(`${files} files, ${bytes} bytes`);
server.close();

fs.mkdirSync('/out');
for (const path of fs.globSync('/in/**/*.js')) {
  const lines = fs.readFileSync(path, 'utf8').split('\n').length - 1;
  fs.appendFileSync('/out/lines.csv', `${path.slice(4)},${lines}\n`);
}

let length = 0;
for await (const piece of exportArchiveStream(fs, '/out', { format: 'zip' })) length += piece.length;
console.log(`lines.csv has ${fs.readFileSync('/out/lines.csv', 'utf8').trim().split('\n').length} rows`);
console.log(length > 0 && length < 2000 ? 'the zip is small' : `the zip has ${length} bytes`);
