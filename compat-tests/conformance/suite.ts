/**
 * Compat tests, conformance: the machinery. A case is a function over a file
 * system and an empty directory; what it returns is its answer. The oracle's
 * answer to the same case, at the same path, is the expected value: nothing here
 * is written from memory.
 */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe as show } from '../describe.js';
import { type NodeFs, real, type Target } from '../targets.js';

export type { NodeFs };

export interface Tools {
  readonly fs: NodeFs;
  /** The empty directory, and names in it. */
  readonly dir: string;
  p(name: string): string;
  /** The value or the error of a call, and whether it was thrown or rejected. */
  attempt(call: () => unknown): Promise<unknown>;
  /** The outcomes of several calls, in order. */
  all(...calls: (() => unknown)[]): Promise<unknown[]>;
  /** Runs a callback call: its arguments. When they come is the business of the area 'delivery'. */
  cb(start: (callback: (...args: unknown[]) => void) => unknown): Promise<unknown>;
  /** `fs` as a bag of functions, to call with arguments its types forbid. */
  loose(object?: object): Record<string, (...args: unknown[]) => unknown>;
}

export type Case = (t: Tools) => unknown;
export type Area = Readonly<Record<string, Case>>;

const PATIENCE = 30_000;
const HANGS = 'hangs';

const attempt = async (call: () => unknown): Promise<unknown> => {
  let value: unknown;
  try {
    value = call();
  } catch (error) {
    return { threw: error };
  }
  if (!(value instanceof Promise)) return value;
  return value.then(
    (resolved: unknown) => ({ resolved }),
    (rejected: unknown) => ({ rejected }),
  );
};

const callback = (start: (callback: (...args: unknown[]) => void) => unknown): Promise<unknown> =>
  new Promise((resolve) => {
    start((...args) => resolve({ args }));
  });

const toolsFor = (fs: NodeFs, dir: string): Tools => ({
  fs,
  dir,
  p: (name) => join(dir, name),
  attempt,
  all: async (...calls) => {
    const outcomes: unknown[] = [];
    for (const call of calls) outcomes.push(await attempt(call));
    return outcomes;
  },
  cb: callback,
  loose: (object = fs) => object as Record<string, (...args: unknown[]) => unknown>,
});

const answerOf = async (run: Case, tools: Tools): Promise<string> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, HANGS);
  });
  const answer = attempt(() => run(tools)).then((outcome) => show(outcome));
  const text = await Promise.race([answer, late]);
  clearTimeout(timer);
  return text;
};

export interface Verdict {
  readonly expected: string;
  readonly actual: string;
}

/** Where the real tree stands: a memory disk when there is one, since the suite makes thousands of small trees. */
const scratch = (): string => {
  const wanted = process.env.QUOTAFS_COMPAT_TMP ?? (nodeFs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
  return nodeFs.realpathSync(wanted);
};

/** A place on the real disk for the cases of one suite. */
export class Stage {
  readonly #base = nodeFs.mkdtempSync(join(scratch(), 'quotafs-conformance-'));
  readonly #dir = join(this.#base, 'case');

  async answer(run: Case, target: Target): Promise<string> {
    const fs = target.make();
    fs.mkdirSync(this.#dir, { recursive: true });
    // A path may be relative: the working directory must be there.
    fs.mkdirSync(process.cwd(), { recursive: true });
    try {
      return await answerOf(run, toolsFor(fs, this.#dir));
    } finally {
      if (target.name === 'real') nodeFs.rmSync(this.#dir, { recursive: true, force: true });
    }
  }

  /** The oracle's answer and the target's. */
  async judge(run: Case, target: Target): Promise<Verdict> {
    return { expected: await this.answer(run, real), actual: await this.answer(run, target) };
  }

  close(): void {
    nodeFs.rmSync(this.#base, { recursive: true, force: true });
  }
}

const SHOWN = 6;
const CONTEXT = 160;

/** The first place where two texts part, with what stands around it. */
const around = (expected: string, actual: string): string[] => {
  let at = 0;
  while (expected[at] === actual[at]) at++;
  const from = Math.max(0, at - CONTEXT);
  return [expected, actual].map(
    (text, i) => `${i === 0 ? 'expected' : 'got     '} ${from > 0 ? '…' : ''}${text.slice(from, at + CONTEXT)}`,
  );
};

/** What differs between two answers, part by part. */
export const differences = ({ expected, actual }: Verdict): string[] => {
  if (expected === HANGS) return ['the real file system never answers: the case asks for nothing'];
  if (expected === actual) return [];
  const [left, right] = [expected, actual].map((answer) => answer.split(/(?<=[\]}>]), /));
  if (left.length !== right.length) return around(expected, actual);
  const found = left.flatMap((part, i) => (part === right[i] ? [] : [`#${i}`, ...around(part, right[i])]));
  const more = found.length / 3 - SHOWN;
  return more > 0 ? [...found.slice(0, 3 * SHOWN), `… and ${more} more`] : found;
};
