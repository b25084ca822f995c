/**
 * Core layer: calls, and watchers of the quota, that most programs have no use
 * for; loaded late as late-engine.ts is, of which they need nothing.
 */
export { Guard } from './guard.js';
export { Watermarks } from './pressure.js';
export { chmod, chown, fchmod, fchown, futimes, lchown, lutimes, truncate, utimes } from './sys/attr.js';
export { copyTree, removeTree } from './sys/bulk.js';
export { link, readlink, realpath, symlink } from './sys/link.js';
export { move } from './sys/move.js';
export { opendir } from './sys/opendir.js';
export { removeBelow } from './sys/remove-tree.js';
