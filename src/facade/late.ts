/**
 * Facade layer: promises, streams, and small parts that many programs never use. Whoever takes them from here
 * takes them at a call, not at load: the build puts them into a file of their
 * own, which is read at the first use and saves the others the time to load it.
 * Nothing else may import these files for their values at load. The same goes for
 * late-trees.ts.
 */

export {
  readFileSyncByMembers,
  truncateByMembers,
  truncateSyncByMembers,
  writeFileByMembers,
  writeFileSyncByMembers,
} from './by-members.js';
export { fileHandleMaker } from './handle/file-handle.js';
export { makeMkdtempDisposable } from './mkdtemp-disposable.js';
export { makeOpenAsBlob } from './open-as-blob.js';
export { makePromises } from './promises-object.js';
export { describeTree, describeUse } from './quota/describe-volume.js';
export { makeQuota } from './quota/engine-quota.js';
export { makeRm } from './rm/rm.js';
export { makeStreams } from './streams/streams.js';
