/** Test helper: the engine's numbers as names, so that failures read well. */
import * as core from '../../src/core/index.js';

const names = new Map<number, string>();
for (const [name, value] of Object.entries(core)) {
  if (/^E[A-Z0-9]+$/.test(name) && typeof value === 'number') names.set(value, name);
}

/** 'ENOENT' for 2 or -2. */
export const errnoName = (errno: number): string => names.get(Math.abs(errno)) ?? `errno ${errno}`;

/** The name of the errno that `body` throws as a Fault, or 'ok'. Anything else thrown goes on. */
export function faultOf(body: () => unknown): string {
  try {
    body();
    return 'ok';
  } catch (error) {
    if (error instanceof core.Fault) return errnoName(error.errno);
    throw error;
  }
}
