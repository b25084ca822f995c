/** Adapter, mount: the subpath `quotafs/mount`. */
export { type Mount, type MountOptions, mount, mountedAt } from './mount.js';
export { onDisk } from './table.js';
