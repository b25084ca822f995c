/**
 * Facade layer: what is left of a `mkdir -p` that was refused, and what Node
 * reports of it. Loaded by the first (see late-calls.ts).
 */
import { EEXIST, ENOENT, ENOTDIR, Fault, S_IFDIR, S_IFMT } from '../../core/index.js';
import type { Context } from '../context.js';
import { PathFault } from '../uv-exception.js';
import { asText, type Form, halts } from './mkdir.js';

/**
 * `mkdir -p` where permissions forbid the rest, or a name is too long: Node makes one directory after the other, and
 * leaves those it could make. The asynchronous form names the one it could not.
 */
export function makeWhatMayBe(
  ctx: Context,
  path: string,
  first: string,
  mode: number,
  form: Form,
  refusal: Fault,
): Fault {
  for (let end = first.length; ; ) {
    const part = path.slice(0, end);
    try {
      ctx.engine.mkdir(ctx.resolve(asText(part)), mode);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (halts.has(error.errno))
        return form === 'sync' ? error : new PathFault(error.errno, 'mkdir', asText(part).toString());
      if (error.errno !== EEXIST) return error;
    }
    // Everything is there but what the last name, a link, leads to.
    if (end >= path.length) return refusal;
    const slash = path.indexOf('/', end + 1);
    end = slash < 0 ? path.length : slash;
  }
}

/**
 * What something in the way of `mkdir -p` that is no directory, or a link to nowhere, is reported as: Node's asynchronous
 * loop, which starts to make at `first`, names it.
 */
export function blockedBy(ctx: Context, first: string, whole: string, form: Form, error: Fault): Fault {
  const { engine, stat } = ctx;
  const blocked = error.errno === ENOTDIR ? error : new Fault(ENOENT);
  if (form === 'sync') return blocked;
  for (let end = first.length; end > 0 && end < whole.length; end = whole.indexOf('/', end + 1)) {
    const part = asText(whole.slice(0, end));
    // '..' may have made the beginning by now.
    const isDirectory = engine.stat(ctx.resolve(part), stat) === 0 && (stat[1] & S_IFMT) === S_IFDIR;
    if (!isDirectory) return new PathFault(ENOTDIR, 'mkdir', part.toString());
  }
  return blocked;
}
