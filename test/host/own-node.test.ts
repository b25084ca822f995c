/** The process and node:fs behind a test runner's stand-ins. */
import nodeFs, { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ownFs, ownProcess } from '../../src/host/index.js';

it('is the object that everybody else has', () => {
  expect(ownFs).toBe(nodeFs);
  expect(ownProcess.pid).toBe(process.pid);
});

it('is where the source takes node:fs from: an import may give a stand-in that is made of the source', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const values = files.flatMap((name) =>
    [...readFileSync(`${src}/${name}`, 'utf8').matchAll(/^import (?!type )(.+) from 'node:fs(?:\/promises)?';$/gm)].map(
      ([, names = '']) => [name, names.replace(/type \w+,? ?|[{} ]/g, '')],
    ),
  );
  expect(values.filter(([, names]) => names !== 'constants' && names !== 'constants,')).toEqual([]);
  expect(files.length).toBeGreaterThan(100);
});
