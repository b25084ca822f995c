/**
 * Facade layer: the glob matcher, minimatch, the library that Node bundles for
 * the same purpose. A file of its own in the package too, loaded by the first
 * pattern: it is a sixth of the code, and most programs never ask for it.
 */
export { GLOBSTAR, Minimatch, type MinimatchOptions } from 'minimatch';
