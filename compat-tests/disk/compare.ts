/**
 * Compat tests, disk: runs one program on two file systems in turn, at the same
 * absolute path, and finds the first outcome that differs.
 */
import nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeFs, Target } from '../targets.js';
import { compile, type Program, run } from './program.js';
import { makeWorld } from './world.js';

/**
 * How often the oracle is asked again before a divergence is believed. The async
 * forms of cp look at source and destination in parallel: whichever error comes
 * first is reported, and the rarer one shows once in dozens of runs.
 */
/** Milliseconds after which the oracle is not asked again: programs that take long are believed sooner. */
const PATIENCE = 10_000;
const repeatsFor = (statement: string): number => (/fs\.(promises\.)?cp\(/.test(statement) ? 60 : 4);

export interface Divergence {
  /** Index of the statement, or the program's length for the tree. */
  readonly at: number;
  readonly left: string;
  readonly right: string;
  /** The failing call and the shapes of both outcomes, without the paths and numbers of one program. */
  readonly kind: string;
}

/** Makes directories removable for a user to whom permissions apply. */
const unlock = (fs: NodeFs, directory: Buffer): void => {
  fs.chmodSync(directory, 0o700);
  for (const name of fs.readdirSync(directory, { encoding: 'buffer' })) {
    const path = Buffer.concat([directory, Buffer.from('/'), name]);
    if (fs.lstatSync(path).isDirectory()) unlock(fs, path);
  }
};

/** A copy that goes on for ever may still add to the tree while it is removed. */
const REMOVAL = { recursive: true, force: true, maxRetries: 20, retryDelay: 20 };

/** Up to Node 22 a retry does not look again for what has come into a directory meanwhile: a stream that is still being opened, say. */
const removeTree = (fs: NodeFs, path: string, tries = 10): void => {
  try {
    fs.rmSync(path, REMOVAL);
  } catch (error) {
    if (tries === 1 || Reflect.get(Object(error), 'code') !== 'ENOTEMPTY') throw error;
    removeTree(fs, path, tries - 1);
  }
};

const NONE: ReadonlySet<string> = new Set();

const shapeOf = (outcome: string): string =>
  outcome
    .replace(/ ?\w*="[^"]*\/[^"]*"/g, '')
    .replace(/\d+|"(?:[^"\\]|\\.)*"(?! syscall)/g, '')
    .slice(0, 120);

const kindOf = (statement: string | undefined, left: string, right: string): string => {
  const call = statement?.match(/(?:fs|H\[\d\])\.[\w.]+/)?.[0] ?? 'tree';
  const codes = [left, right].map((outcome) => outcome.match(/code="(\w+)"/)?.[1] ?? '');
  if (call === 'tree') return 'tree';
  return `${call} ${shapeOf(left)} ${codes[0]} | ${shapeOf(right)} ${codes[1]}`;
};

/** A directory of the real disk to work in; both sides use its path. */
export class Bench {
  readonly base: string;
  readonly #previous: string;
  #current: string[] | undefined;
  readonly #onStray = (error: unknown): void => {
    // A handle of Node's own, of an earlier program, that a stream of that program never let go.
    if (/^Error: A FileHandle object was closed during garbage/.test(String(error))) return;
    // V8 names a receiver by its class, of which ours has another; it is a stream's options that are at fault there.
    this.#current?.push(`uncaught ${String(error).replace(/(incompatible receiver) .*/, '$1')}`);
  };

  constructor(directory = process.env.QUOTAFS_COMPAT_TMP ?? tmpdir()) {
    this.base = nodeFs.mkdtempSync(join(nodeFs.realpathSync(directory), 'quotafs-compat-'));
    this.#previous = process.cwd();
    // Relative paths of programs are relative to the base, which outlives them.
    process.chdir(this.base);
    process.on('uncaughtException', this.#onStray);
  }

  async run(program: Program, target: Target): Promise<string[]> {
    const compiled = compile(program);
    const world = makeWorld(target.make(), this.base, target.make);
    this.#current = world.strays;
    try {
      return await run(compiled, world);
    } finally {
      await world.dispose();
      if (target.name === 'real') this.#empty(world.fs);
    }
  }

  /**
   * The first outcome in which `right` differs from `left`, leaving out the kinds
   * in `known`. Where the oracle gives several answers (parallel calls inside one
   * operation), any of them is right, and what follows cannot be compared.
   */
  async compare(
    program: Program,
    left: Target,
    right: Target,
    known: ReadonlySet<string> = NONE,
  ): Promise<Divergence | undefined> {
    const expected = await this.run(program, left);
    const actual = await this.run(program, right);
    while (actual.length < expected.length) actual.push('ended');
    for (let at = 0; at < expected.length; at++) {
      if (expected[at] === actual[at]) continue;
      const kind = kindOf(program[at], expected[at], actual[at]);
      if (known.has(kind)) continue;
      if (await this.#isUnsteady(program, left, expected, at)) return undefined;
      return { at, left: expected[at], right: actual[at], kind };
    }
    return undefined;
  }

  async #isUnsteady(program: Program, oracle: Target, expected: readonly string[], at: number): Promise<boolean> {
    const repeats = repeatsFor(program[at] ?? '');
    const end = performance.now() + PATIENCE;
    for (let i = 0; i < repeats && (i < 2 || performance.now() < end); i++) {
      const again = await this.run(program.slice(0, at + 1), oracle);
      const last = at < program.length ? at : again.length - 1;
      if (again[last] !== expected[at]) return true;
    }
    return false;
  }

  #empty(fs: NodeFs): void {
    if (process.geteuid?.() !== 0) unlock(fs, Buffer.from(this.base));
    for (const name of fs.readdirSync(this.base)) removeTree(fs, join(this.base, name));
  }

  close(): void {
    process.off('uncaughtException', this.#onStray);
    process.chdir(this.#previous);
    nodeFs.rmSync(this.base, REMOVAL);
  }
}
