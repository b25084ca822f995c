// Many asynchronous workers on one volume: writers wait for each other, readers share, nobody sees half a file.
import { AsyncMemoryFileSystem } from 'quotafs';

const volume = new AsyncMemoryFileSystem({ maxQuota: 16 * 1024 * 1024, defaultLockTimeout: 5 });
await volume.mkdir('/jobs');

async function worker(id: number): Promise<void> {
  for (let job = 0; job < 100; job++) {
    await using log = await volume.open('/jobs/log', 'ab');
    await log.write(Buffer.from(`worker ${id} `));
    await log.write(Buffer.from(`job ${job}\n`));
  }
}

await Promise.all(Array.from({ length: 20 }, (_, id) => worker(id)));

await using log = await volume.open('/jobs/log');
let [lines, whole] = [0, 0];
for await (const line of log) {
  lines++;
  if (/^worker \d+ job \d+\n$/.test(line.toString())) whole++;
}
console.log(`${lines} lines, ${whole} whole`);
