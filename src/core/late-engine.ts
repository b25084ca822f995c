/**
 * Core layer: what many programs never use: the fsck, the use by path,
 * snapshots, imports of whole trees, and all that only a volume over another
 * file system needs. Whoever takes it from here takes it at a call, not at load:
 * the build puts it into a file of its own, which is read at the first use.
 * Nothing else may import these files for their values at load.
 */
export { audit } from './audit.js';
export { changeContentOver, changeNamesOver, readBelow, readOver, stageCopy } from './lower/change.js';
export { lowerChanges } from './lower/diff.js';
export { overLower } from './lower/engine.js';
export { Lower } from './lower/lower.js';
export { LowerPlan } from './lower/plan.js';
export { planRemoval } from './lower/remove.js';
export { dropChanges } from './lower/roots.js';
export { liveTree, restoreImage, restoreTree, takeImage } from './snapshot/calls.js';
export { Images } from './snapshot/image.js';
export { importTree } from './sys/import.js';
export { usage } from './usage.js';
