/**
 * Facade layer: temporary directories that remove themselves (Node 24 and
 * later). Owns nothing: the directory is made by mkdtemp of this object's
 * engine and removed as a tree, by the absolute path it had when it was made.
 */

import { Fault } from '../core/index.js';
import { rejectLater, resolveLater } from './completion.js';
import type { Context } from './context.js';
import { presentName } from './encoding.js';
import { makeTempDirectory, sixRandom } from './late-calls.js';
import { getOptions } from './options.js';
import { type Form, remove as rm } from './rm/tree.js';
import { type Caller, spell, stackFrom, toNodeError } from './uv-exception.js';

interface Made {
  /** As mkdtemp returns it. */
  readonly path: string | Buffer;
  /** The engine's path, which a later change of the working directory does not touch. */
  readonly full: string;
}

function make(ctx: Context, prefix: unknown, options: unknown): Made {
  const { encoding } = getOptions(options);
  const name = makeTempDirectory(ctx, prefix);
  return { path: presentName(name, encoding), full: ctx.resolve(Buffer.from(name, 'latin1')) };
}

const FORCED = { force: true, recursive: true, maxRetries: 0, retryDelay: 0 };

/** rm -rf, as `rm` of that form does it: nothing to do when it is gone already. */
function removeTree(ctx: Context, full: string, form: Form, caller: Caller): void {
  try {
    rm(ctx, Buffer.from(full, 'latin1'), full, FORCED, form);
  } catch (error) {
    throw stackFrom(error, caller);
  }
}

/** `tail`: what stands for the random characters in an error, six X when it is thrown, the last ones tried when it is not. */
const mkdtempError = (error: unknown, prefix: unknown, tail: string, caller: Caller): unknown =>
  toNodeError(error, 'mkdtemp', `${spell(prefix) ?? ''}${tail}`, undefined, caller);

/** The members mkdtempDisposableSync and promises.mkdtempDisposable (Node 24 and later). */
export function makeMkdtempDisposable(ctx: Context) {
  function mkdtempDisposableSync(caller: Caller, prefix: unknown, options?: unknown) {
    try {
      const { path, full } = make(ctx, prefix, options);
      const { remove } = {
        remove(): void {
          removeTree(ctx, full, 'sync', remove);
        },
      };
      return { path, remove, [Symbol.dispose]: () => remove() };
    } catch (error) {
      throw mkdtempError(error, prefix, 'XXXXXX', caller);
    }
  }

  async function mkdtempDisposable(prefix: unknown, options?: unknown) {
    let made: Made;
    try {
      made = make(ctx, prefix, options);
    } catch (error) {
      const shown = mkdtempError(error, prefix, sixRandom(), mkdtempDisposable);
      if (error instanceof Fault) return rejectLater(shown);
      throw shown;
    }
    const { path, full } = made;
    const { remove } = {
      async remove(): Promise<void> {
        removeTree(ctx, full, 'later', remove);
        await resolveLater(undefined);
      },
    };
    const disposable = { path, remove, [Symbol.asyncDispose]: () => remove() };
    return resolveLater(Object.assign(Object.create(null) as typeof disposable, disposable));
  }

  return { mkdtempDisposableSync, mkdtempDisposable };
}
