/**
 * Facade layer: the parts for promises and streams. Whoever takes them from here
 * takes them at a call, not at load: the build puts them into a file of their
 * own, which is read at the first use and saves the others the time to load it.
 * Nothing else may import these files for their values at load. The same goes for
 * late-trees.ts and seldom.ts.
 */
export { fileHandleMaker } from './file-handle.js';
export { makePromises } from './promises-object.js';
export { makeStreams } from './streams.js';
