/** Run in a worker thread: every form of call on a volume of its own; what they came to is posted, then what was thrown. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { text } from 'node:stream/consumers';
import { parentPort } from 'node:worker_threads';
import { createFs, quotaOf } from '../../src/facade/index.js';

const fs = createFs();
const seen: unknown[] = [];
const storage = new AsyncLocalStorage<string>();
process.on('uncaughtException', (error) => seen.push(`uncaught ${error.message}`));

const called = <T>(start: (done: (error: unknown, value?: T) => void) => void): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value)));
  });

async function main(): Promise<void> {
  await called((done) => fs.writeFile('/f', 'text', done));
  seen.push(await fs.promises.readFile('/f', 'utf8'), await text(fs.createReadStream('/f')));
  fs.stat('/f', () => {
    throw new Error('mine');
  });
  seen.push(await storage.run('kept', () => called((done) => fs.stat('/f', () => done(null, storage.getStore())))));
  await storage.run('kept', () => fs.promises.stat('/none')).catch((error: Error) => seen.push(error.message));
  const changed = new Promise((resolve) => {
    const watcher = fs.watch('/', (event, name) => {
      watcher.close();
      resolve(`${event} ${name}`);
    });
  });
  const file = await fs.promises.open('/g', 'w+');
  await file.writeFile('lines\n');
  await file.close();
  seen.push(await changed, quotaOf(fs).audit().ok);
  parentPort?.postMessage(seen);
}

void main();
