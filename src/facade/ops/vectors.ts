/** Facade layer: readv and writev, and how the callback forms of reading and writing deliver what went wrong. */
import { deliverAll } from '../completion.js';
import { nodeAtLeast } from '../running-node.js';
import { type Caller, toNodeError } from '../uv-exception.js';
import { bindingFd, type Callback, type View, validateFd, validateFunction, validateViews } from '../validate.js';

/** Since Node 22 the buffer is checked before the descriptor. */
export const lateFd = nodeAtLeast(22);

/** An error of read or write: argument errors are thrown, faults reach the callback with (error, 0, data). */
export function settle(error: unknown, syscall: string, callback: unknown, data: unknown, caller: Caller): void {
  const made = toNodeError(error, syscall, undefined, undefined, caller);
  if (made === error) throw made;
  deliverAll(callback as Callback, [made, 0, data]);
}

export function vectorForms(
  name: 'readv' | 'writev',
  syscall: string,
  run: (fd: number, views: readonly View[], position: unknown) => number,
) {
  const sync = (caller: Caller, fd: unknown, views: unknown, position: unknown): number => {
    try {
      const file = lateFd ? undefined : validateFd(fd);
      validateViews(views);
      if (name === 'writev' && views.length === 0) return 0;
      return run(file ?? bindingFd(fd), views, position);
    } catch (error) {
      throw toNodeError(error, syscall, undefined, undefined, caller);
    }
  };
  const later = (caller: Caller, fd: unknown, views: unknown, position: unknown, callback: unknown): void => {
    const done = callback || position;
    try {
      const file = validateFd(fd);
      validateViews(views);
      validateFunction(done, 'cb');
      const empty = name === 'writev' && views.length === 0;
      deliverAll(done, [null, empty ? 0 : run(file, views, position), views]);
    } catch (error) {
      settle(error, syscall, done, views, caller);
    }
  };
  return { later, sync };
}
