/** Extract, transform and load run at the same time and hand files over by renaming them: nobody sees half a file. */
import { once } from 'node:events';
import { createFs, quotaOf } from 'quotafs';

const { promises: fs, ...sync } = createFs({ maxQuota: 2 * 1024 * 1024 });
for (const directory of ['/tmp', '/extracted', '/transformed']) await fs.mkdir(directory);
const done = new AbortController();

async function extract(source: number): Promise<void> {
  for (let part = 0; part < 5; part++) {
    const rows = Array.from({ length: 1000 }, (_, row) => `${source};${part * 1000 + row};${row % 7}`);
    await fs.writeFile(`/tmp/${source}-${part}`, rows.join('\n'));
    await fs.rename(`/tmp/${source}-${part}`, `/extracted/${source}-${part}.csv`);
  }
}

async function transform(name: string): Promise<void> {
  const rows = (await fs.readFile(`/extracted/${name}`, 'utf8')).split('\n').map((row) => row.split(';').map(Number));
  const sums = rows.reduce((sum, [, , value = 0]) => sum + value, 0);
  await fs.writeFile(`/tmp/${name}.json`, JSON.stringify({ rows: rows.length, sums }));
  await fs.rename(`/tmp/${name}.json`, `/transformed/${name}.json`);
  await fs.unlink(`/extracted/${name}`); // its quota is free again
}

async function transformAll(): Promise<void> {
  const arrivals = sync.watch('/extracted');
  const taken = new Set<string>();
  for (let finished = 0; finished < 20; ) {
    const ready = sync.readdirSync('/extracted').filter((name) => !taken.has(name));
    for (const name of ready) taken.add(name);
    await Promise.all(ready.map(transform));
    finished += ready.length;
    if (ready.length === 0) await once(arrivals, 'change', { signal: done.signal });
  }
  arrivals.close();
}

await Promise.all([extract(1), extract(2), extract(3), extract(4), transformAll()]);
const results = sync.readdirSync('/transformed').map((name) => {
  return JSON.parse(sync.readFileSync(`/transformed/${name}`, 'utf8')) as { rows: number; sums: number };
});
console.log(`${results.length} parts, ${results.reduce((sum, { rows }) => sum + rows, 0)} rows`);
console.log(`left in between: ${sync.readdirSync('/extracted').length} files`);
console.log(`sum: ${results.reduce((sum, { sums }) => sum + sums, 0)}`);
console.log(`the audit finds ${quotaOf(sync).audit().problems.length} problems`);
