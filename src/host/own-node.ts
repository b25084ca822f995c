/**
 * Host layer: the process and the `node:fs` that this code runs on, behind what
 * a test runner puts in their place. Jest gives every test file a copy of
 * `process`; with `jest.mock('fs')` or `vi.mock('fs')` an import of `fs` gives
 * the stand-in, which may be made of this very package. So nothing here imports it.
 */
import { createRequire } from 'node:module';
import { types } from 'node:util';
import { runInThisContext } from 'node:vm';

// `node:util` is there; `node:util/types` Node 20 has yet to load.
const { isProxy } = types;

/** True in the main realm, where `process` is the one we look for: to load `node:vm` takes half a millisecond. */
const isMainRealm = isProxy instanceof Function;

/** The process of the main realm: `node:path` asks it for the working directory. */
export const ownProcess = isMainRealm ? process : (runInThisContext('process') as NodeJS.Process);

/** Node's module object. Node cannot be asked for it before 20.16 and 22.3; there it is what the module system gives. */
export const ownFs: typeof import('node:fs') =
  ownProcess.getBuiltinModule?.('node:fs') ?? createRequire(ownProcess.execPath)('node:fs');

// Captured at load: a program may patch node:fs later, with this very package. These three call no other member of it,
// as `readFileSync` does on some versions.
const { closeSync, openSync, readSync } = ownFs;
const PIECE = 4096;

/** The text of a small file of the machine, whatever is mounted. @throws the errors of the disk */
export function readOwnText(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (let count = PIECE; count > 0; ) {
      const piece = Buffer.alloc(PIECE);
      count = readSync(fd, piece, 0, PIECE, null);
      pieces.push(piece.subarray(0, count));
    }
    return Buffer.concat(pieces).toString();
  } finally {
    closeSync(fd);
  }
}
