/** Facade layer: small parts that many programs never use, loaded late; see late.ts. */
export {
  readFileSyncByMembers,
  truncateByMembers,
  truncateSyncByMembers,
  writeFileByMembers,
  writeFileSyncByMembers,
} from './by-members.js';
export { describeTree, describeUse } from './describe-volume.js';
export { makeQuota } from './engine-quota.js';
export { makeMkdtempDisposable } from './mkdtemp-disposable.js';
export { makeOpenAsBlob } from './open-as-blob.js';
export { makeRm } from './rm.js';
