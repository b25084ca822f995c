/**
 * Adapter, mount: `process.chdir` into a mount and `process.cwd` while it is
 * there. The operating system's own working directory stays where it was, so
 * child processes and native code do not follow, unless the disk has that very
 * directory.
 */
import { codeOf } from '../../host/index.js';
import { crossingError } from './errors.js';
import { absolutePath, isOnDisk, locate, ownerOf, type Place, table } from './table.js';

export interface WorkingDirectory {
  cwd(): string;
  chdir(directory: string): void;
}

/** @param native - the functions of the process as they were */
export function routedDirectory(native: WorkingDirectory): WorkingDirectory {
  return {
    cwd: () => table.cwd ?? native.cwd(),
    chdir(directory) {
      const place = typeof directory === 'string' ? locate(directory) : undefined;
      if (place?.mount === undefined) {
        native.chdir((place?.path ?? directory) as string);
        table.cwd = undefined;
        return;
      }
      const target = enter(place, directory);
      // A directory that an overlay shows is there for native code and child processes too.
      if (isOnDisk(target)) native.chdir(target);
      table.cwd = target;
    },
  };
}

function enter({ fs, path }: Place, directory: string): string {
  const refuse = (code: string) => crossingError(code, 'chdir', process.cwd(), directory);
  try {
    if (!fs?.statSync(path as string).isDirectory()) throw refuse('ENOTDIR');
    return fs.realpathSync(absolutePath(path as string));
  } catch (error) {
    throw refuse(codeOf(error) ?? 'ENOENT');
  }
}

/** Goes back to where the operating system is when the mount around the directory is gone. */
export function leaveUnmounted(): void {
  if (table.cwd !== undefined && ownerOf(table.cwd) === undefined) table.cwd = undefined;
}
