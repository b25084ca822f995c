/**
 * Compat tests, types: `createFs()` is `typeof import('node:fs')` for the newest
 * and the oldest supported `@types/node`, under TypeScript 5 and 7.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, emitDeclarations } from './compile.js';

const MINUTE = 60_000;

describe('declarations', () => {
  beforeAll(emitDeclarations, MINUTE);

  for (const compiler of ['typescript-5-6', 'typescript', 'typescript-7']) {
    for (const nodeTypes of ['@types/node', 'types-node-20']) {
      it(
        `compile under ${compiler} with ${nodeTypes}`,
        async () => {
          expect(await compile(compiler, nodeTypes)).toBe('');
        },
        MINUTE,
      );
    }
  }
});
