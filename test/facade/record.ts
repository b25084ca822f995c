/**
 * Helper of the facade tests: many small attempts in one program, each noted
 * with its result or its error, on the real fs and on ours. One list per side.
 */
import { inspect } from 'node:util';
import { describeError, type Fs, type Side, sideBySide, type Tree } from './side-by-side.js';

type Note = readonly [name: string, outcome: string];

export interface Recorder {
  readonly fs: Fs;
  readonly root: string;
  /** Notes what a call returns or throws. */
  sync(name: string, call: () => unknown): void;
  /** Notes what a promise comes to. */
  later(name: string, call: () => unknown): Promise<void>;
  /** Notes the arguments that a callback got, whether it came within the call, or what was thrown. */
  callback(name: string, call: (done: (...results: unknown[]) => void) => void): Promise<void>;
}

type Program = (recorder: Recorder) => unknown;

function recorderOf(side: Side, notes: Note[]): Recorder {
  const show = (value: unknown): string => {
    const shown = value instanceof Error ? describeError(value, side.root) : value;
    return inspect(shown, { depth: 5, breakLength: Number.POSITIVE_INFINITY }).replaceAll(side.root, '$');
  };
  const note = (name: string, kind: string, value: unknown): void => {
    notes.push([name, `${kind} ${show(value)}`]);
  };
  return {
    fs: side.fs,
    root: side.root,
    sync(name, call) {
      try {
        note(name, 'gives', call());
      } catch (error) {
        note(name, 'throws', error);
      }
    },
    async later(name, call) {
      try {
        note(name, 'gives', await call());
      } catch (error) {
        note(name, 'rejects', error);
      }
    },
    async callback(name, call) {
      let within = true;
      try {
        const results = await new Promise<unknown[]>((resolve) => {
          call((...args) => resolve([within ? 'at once' : 'later', ...args]));
          within = false;
        });
        note(
          name,
          'calls back',
          results.map((each) => (each instanceof Error ? describeError(each, side.root) : each)),
        );
      } catch (error) {
        note(name, 'throws', error);
      }
    },
  };
}

/** Runs the program on both sides from the same tree; the two lists of notes must be equal. */
export async function record(tree: Tree, program: Program): Promise<{ real: Note[]; ours: Note[] }> {
  const notes = { real: [] as Note[], ours: [] as Note[] };
  const run = (side: Side): unknown => program(recorderOf(side, notes[side.name]));
  const { real, ours } = await sideBySide(tree, run);
  for (const [name, { result }] of Object.entries({ real, ours })) {
    const { error }: { error?: unknown } = result as object;
    if (error !== undefined) notes[name as 'real' | 'ours'].push(['the program itself', inspect(error, { depth: 5 })]);
  }
  return notes;
}

/** Values that arguments are tried with: every type, and the edges of numbers. */
export const oddValues: readonly unknown[] = [
  undefined,
  null,
  0,
  1,
  2,
  5,
  -1,
  1.5,
  Number.NaN,
  '1',
  'x',
  {},
  [],
  1n,
  -1n,
  2n ** 64n,
  true,
  Symbol('s'),
];

export const nameOf = (value: unknown): string =>
  typeof value === 'bigint'
    ? `${value}n`
    : typeof value === 'symbol'
      ? 'symbol'
      : (JSON.stringify(value) ?? 'undefined');
