/** In a worker thread. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

it('works in a worker thread, and lets it end', async () => {
  const program = fileURLToPath(new URL('./worker-program.ts', import.meta.url));
  const start = `require('tsx/cjs'); require(${JSON.stringify(program)});`;
  const worker = new Worker(start, { eval: true });
  const told: unknown[] = [];
  worker.on('message', (message) => told.push(message));
  const code = await new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve));
  expect(told).toEqual([
    ['text', 'text', 'uncaught mine', 'kept', "ENOENT: no such file or directory, stat '/none'", 'rename g', true],
  ]);
  expect(code).toBe(0);
});
