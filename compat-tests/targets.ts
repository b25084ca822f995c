/**
 * Compat tests: the file systems that are compared. Each target is a name and a
 * function that makes a fresh `node:fs`-shaped object; the real one is the
 * oracle and exists once.
 */
import nodeFs from 'node:fs';
import { memfs } from 'memfs';

export type NodeFs = typeof nodeFs;

export interface Target {
  readonly name: 'real' | 'ours' | 'built' | 'memfs';
  /** A file system object; a fresh and empty one, except for 'real'. */
  make(): NodeFs;
}

export const real: Target = { name: 'real', make: () => nodeFs };

/** memfs declares its own types; the suites call it through Node's, which is the point of the comparison. */
export const memory: Target = { name: 'memfs', make: () => memfs().fs as unknown as NodeFs };

/** Loaded on demand: a suite that compares the real fs with itself or with memfs runs without the library. */
export const loadOurs = async (): Promise<Target> => {
  const { createFs } = await import('../src/facade/index.js');
  return { name: 'ours', make: () => createFs() };
};

/** The package as it is published: its build splits, shortens and loads late, which the sources do not. */
const loadBuilt = async (): Promise<Target> => {
  const { createFs }: typeof import('../src/facade/index.js') = await import(
    new URL('../dist/index.js', import.meta.url).href
  );
  return { name: 'built', make: () => createFs() };
};

export const loadTarget = async (name: string): Promise<Target> => {
  if (name === 'real') return real;
  if (name === 'memfs') return memory;
  if (name === 'ours') return loadOurs();
  if (name === 'built') return loadBuilt();
  throw new Error(`unknown target '${name}': real, ours, built or memfs`);
};
