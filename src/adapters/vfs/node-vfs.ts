/**
 * Adapter, node:vfs: Node's module, where there is one. Types of Node before 26
 * do not know it, so what is used of it is described here.
 */
import process from 'node:process';

interface NodeVfs {
  /** The base class that Node asks providers to have. */
  readonly VirtualProvider: new () => object;
}

/** @throws ERR_UNKNOWN_BUILTIN_MODULE where Node has no `node:vfs`, or was not asked for it */
export function nodeVfs(): NodeVfs {
  // Asked for by name: an import would keep the subpath from loading on every other Node.
  const vfs: unknown = process.getBuiltinModule?.('node:vfs');
  if (typeof vfs === 'object' && vfs !== null) return vfs as NodeVfs;
  const major = Number.parseInt(process.versions.node, 10);
  const hint = major < 26 ? `this is ${process.version}` : 'start it with --experimental-vfs';
  const error = new Error(`quotafs/vfs needs node:vfs, of Node.js 26.4 and newer with --experimental-vfs; ${hint}`);
  throw Object.assign(error, { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
}
