/**
 * Compat tests, disk: programs. A program is a list of statements (source text);
 * a seed makes one, a world runs it, and the run is a list of outcomes to
 * compare. Making a smaller failing program is dropping statements.
 */

import { describe } from '../describe.js';
import { Prng } from './prng.js';
import { READER_NAMES } from './reader-world.js';
import { type Forms, type Kind, setUp, statement } from './statements/index.js';
import { WATCH_NAMES } from './watch-world.js';
import { WIDE_NAMES } from './wide-world.js';
import type { World } from './world.js';

export type Program = readonly string[];

/** Milliseconds after which a pending operation counts as hung. */
const PATIENCE = 2_000;

export const makeProgram = (seed: number, length: number, forms: Forms, area?: Kind): Program => {
  const r = new Prng(seed);
  const lines = setUp(r);
  while (lines.length < length) lines.push(statement(r, forms, area));
  return lines;
};

const HELPERS = [
  'p',
  'q',
  'url',
  'C',
  'S',
  'H',
  'cb',
  'put',
  'hput',
  'take',
  'into',
  'drain',
  'feed',
  'list',
  'collect',
  'sorted',
  'temp',
  'copying',
  'copyingTree',
  'abortsCp',
  'text',
  'lazy',
  'loops',
  'tree',
  ...WIDE_NAMES,
  ...READER_NAMES,
  ...WATCH_NAMES,
];

type Thunk = () => unknown;
type Compiled = (fs: World['fs'], env: World['env']) => Thunk[];

export const compile = (program: Program): Compiled => {
  const body = program.map((line) => `() => (${line})`).join(',\n');
  return new Function(
    'fs',
    'env',
    `'use strict'; const { ${HELPERS.join(', ')} } = env; return [\n${body}\n];`,
  ) as Compiled;
};

const within = async (promise: Promise<unknown>): Promise<string> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, 'hangs');
  });
  const settled = promise.then(
    (value) => `resolves ${describe(value)}`,
    (error: unknown) => `rejects ${describe(error)}`,
  );
  const outcome = await Promise.race([settled, late]);
  clearTimeout(timer);
  return outcome;
};

/** One statement's outcome as text. */
const outcomeOf = (thunk: Thunk): string | Promise<string> => {
  let value: unknown;
  try {
    value = thunk();
  } catch (error) {
    return `throws ${describe(error)}`;
  }
  return value instanceof Promise ? within(value) : `returns ${describe(value)}`;
};

const treeOf = (world: World): string => {
  try {
    return world.tree();
  } catch (error) {
    return `tree fails: ${describe(error)}`;
  }
};

/** Runs all statements in order; the last outcome is the tree. */
export const run = async (compiled: Compiled, world: World): Promise<string[]> => {
  const outcomes: string[] = [];
  for (const thunk of compiled(world.fs, world.env)) {
    const outcome = outcomeOf(thunk);
    outcomes.push(typeof outcome === 'string' ? outcome : await outcome);
    if (world.parted) return outcomes;
    if (world.strays.length > 0) outcomes[outcomes.length - 1] += ` and ${world.strays.splice(0).join(', ')}`;
  }
  outcomes.push(treeOf(world));
  return outcomes;
};
