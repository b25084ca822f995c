/** Facade layer: the parts that go through whole trees or watch them, loaded late; see late.ts. */
export { makeCp } from './cp.js';
export { makeGlob } from './glob.js';
export { makeWatch } from './watch.js';
