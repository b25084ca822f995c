/** Facade layer: the parts that go through whole trees or watch them, loaded late; see late.ts. */
export { makeCp } from './cp/cp.js';
export { makeGlob } from './glob/glob.js';
export { makeWatch } from './watch/watch.js';
