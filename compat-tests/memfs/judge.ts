/**
 * Compat tests, memfs: which probes a file system answers differently from the
 * real one. A probe is judged by its last statement and by the names, contents
 * and link targets afterwards; modes and times count where a probe asks for them.
 */
import { Bench } from '../disk/compare.js';
import { real, type Target } from '../targets.js';
import { probes } from './probes.js';

export interface Difference {
  readonly node: string;
  readonly other: string;
}

const ATTRIBUTES = / \d+ n=\d+ \d+:\d+ a=\S+ m=\S+ c=\S+(?: \d+ bytes)?| n=\d+ \d+:\d+ m=\S+/g;

/** memfs gives its validation errors a toString of their own: too small to count. */
const EXTRA_METHOD = / toString\(hidden\)=<function value>/;

/** The last outcome, and the tree without attributes. */
const answer = (outcomes: readonly string[]): [string, string] => {
  const [value, tree] = outcomes.slice(-2);
  return [value.replace(EXTRA_METHOD, ''), tree.replaceAll(ATTRIBUTES, '')];
};

/** Title → both answers, for the probes that differ. */
export const judge = async (target: Target): Promise<Map<string, Difference>> => {
  const bench = new Bench();
  const found = new Map<string, Difference>();
  for (const [title, program] of Object.entries(probes)) {
    const [value, tree] = answer(await bench.run(program, real));
    const [otherValue, otherTree] = answer(await bench.run(program, target));
    if (value !== otherValue) found.set(title, { node: value, other: otherValue });
    else if (tree !== otherTree) found.set(title, { node: tree, other: otherTree });
  }
  bench.close();
  return found;
};
