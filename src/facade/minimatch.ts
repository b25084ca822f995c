/**
 * Facade layer: the glob matcher, minimatch, the library that Node bundles for
 * the same purpose. A file of its own in the package too, loaded by the first
 * pattern: it is a tenth of the code, and most programs never ask for it.
 */
import { GLOBSTAR, Minimatch as Matcher } from 'minimatch';

export { GLOBSTAR };

/** All that may be asked of it: the build (build/libraries.ts) leaves out what other options would reach. */
export interface MatcherOptions {
  readonly windowsPathsNoEscape: true;
  readonly nonegate: true;
  readonly nocomment: true;
  readonly optimizationLevel: 2;
  readonly platform: 'linux';
  readonly nocaseMagicOnly?: true;
  readonly matchBase?: true;
}

export type Minimatch = Matcher;
export const Minimatch: new (pattern: string, options: MatcherOptions) => Minimatch = Matcher;
