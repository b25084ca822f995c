import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Examples import the package by its name; in the tests that name is the source.
    alias: [
      { find: /^quotafs$/, replacement: src('index.ts') },
      { find: /^quotafs\/(.+)$/, replacement: src('adapters/$1/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'compat-tests/**/*.test.ts'],
    pool: 'forks',
    // Some tests watch the garbage collector: unclosed handles, real memory against the quota.
    execArgv: ['--expose-gc'],
    // A machine with two busy cores takes its time; what must be fast is measured by the benchmarks.
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text', 'json-summary', 'html'],
    },
  },
});
