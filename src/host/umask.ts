/**
 * Host layer: the umask of the process, read without touching it.
 *
 * `process.umask()` can only read by setting the mask to 0 and back, process-wide.
 * A file that another thread of the process (Node's own pool among them) creates
 * on disk in between is world-writable: polling it while 3,000 files were written
 * gave 814 of them mode 0666 under umask 022. So Linux is asked once, through
 * /proc, when the first file is made, and `process.umask` is followed from then on:
 * it is replaced by a function that does the same and remembers what was set.
 */
import { readOwnText } from './own-node.js';

/**
 * The bits that the process clears from the mode of new files.
 *
 * @param readStatus - gives the text of /proc/self/status; throws where there is none.
 */
export function readUmask(readStatus: () => string = readProcessStatus): number {
  try {
    const [, octal] = /^Umask:\s*([0-7]+)$/m.exec(readStatus()) ?? [];
    if (octal !== undefined) return Number.parseInt(octal, 8);
  } catch {
    // No /proc: not Linux, or a closed container.
  }
  return process.umask();
}

let current: number | undefined;

/** The process's umask now: what was read once, or set since through `process.umask`. */
export function currentUmask(): number {
  if (current === undefined) {
    current = readUmask();
    followUmask();
  }
  return current;
}

function followUmask(): void {
  const original = process.umask;
  function umask(this: unknown, ...args: [mask?: string | number]): number {
    const old = Reflect.apply(original, this, args);
    const [mask] = args;
    if (mask !== undefined) current = (typeof mask === 'string' ? Number.parseInt(mask, 8) : mask) & 0o777;
    return old;
  }
  Object.defineProperty(umask, 'length', { value: original.length });
  process.umask = umask as typeof process.umask;
}

function readProcessStatus(): string {
  return readOwnText('/proc/self/status');
}
