/**
 * Facade layer: the parts that many programs never use. Whoever takes them from
 * here takes them at a call, not at load: the build puts them into a file of
 * their own, which is read at the first use and saves the others the time to
 * load it. Nothing else may import these files for their values at load.
 */
export { makeCp } from './cp.js';
export { fileHandleMaker } from './file-handle.js';
export { makeGlob } from './glob.js';
export { makeMkdtempDisposable } from './mkdtemp-disposable.js';
export { makeOpenAsBlob } from './open-as-blob.js';
export { makePromises } from './promises-object.js';
export { makeStreams } from './streams.js';
export { makeWatch } from './watch.js';
