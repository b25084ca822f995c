/**
 * Adapter, command line: puts a file system under the whole process, and keeps
 * Node from writing past it by itself. The same for the program and for what it
 * starts.
 */
import nodeModule from 'node:module';
import { mount } from '../mount/index.js';

/** What is no disk: devices and the kernel's tables. */
const PASSED_THROUGH = ['/dev', '/proc', '/sys'];

export function hold(fs: typeof import('node:fs')): void {
  // Tools ask Node to keep their compiled code, which it writes without node:fs.
  if (typeof nodeModule.enableCompileCache === 'function') {
    const { compileCacheStatus } = nodeModule.constants;
    nodeModule.enableCompileCache = () => ({ status: compileCacheStatus.DISABLED });
  }
  mount(fs, { except: PASSED_THROUGH });
}
