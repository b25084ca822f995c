/** Core layer: an engine over a lower file system: it shows the roots, and makes room for lookups before each call. */
import type { Engine } from '../engine.js';
import type { Volume } from '../volume.js';
import type { Lower } from './lower.js';
import { showRoots } from './roots.js';

/** The calls that look names up. Over a lower file system, room for lookups is made before them. */
const PATH_CALLS: readonly (keyof Engine)[] = [
  ...(['open', 'stat', 'lstat', 'access', 'lookup', 'mkdir', 'mkdirp', 'mkdtemp', 'rmdir', 'unlink'] as const),
  ...(['rename', 'move', 'link', 'symlink', 'readlink', 'realpath', 'readdir', 'opendir', 'truncate'] as const),
  ...(['copyFile', 'readFile', 'decodeFile', 'writeFile', 'chmod', 'chown', 'lchown', 'utimes', 'lutimes'] as const),
  ...(['statfs', 'removeTree', 'importTree', 'watch', 'usage'] as const),
];

/** Makes an engine over an empty volume one over its lower file system. @throws Fault, QuotaFault */
export const overLower = (engine: Volume & Engine, lower: Lower): void => {
  showRoots(engine, lower);
  for (const name of PATH_CALLS) {
    const call: unknown = Reflect.get(engine, name);
    if (typeof call !== 'function') continue;
    const swept = (...args: unknown[]): unknown => {
      lower.sweep();
      return Reflect.apply(call, engine, args);
    };
    Object.defineProperty(engine, name, { value: swept });
  }
};
