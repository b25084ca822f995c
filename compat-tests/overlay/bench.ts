/**
 * Compat tests, overlay: a program starts on the real disk, and at one statement
 * the overlay is laid over what it made. The oracle goes on with the disk. The
 * outcomes must be the same, and the disk below the overlay must stay as it was
 * at that statement, to the nanosecond of its times.
 */
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { createOverlay, type LowerFs, type Overlay } from '../../src/adapters/overlay/index.js';
import { createFs, quotaOf } from '../../src/facade/index.js';
import { Bench } from '../disk/compare.js';
import type { Prng } from '../disk/prng.js';
import type { Program } from '../disk/program.js';
import { type Forms, setUp, statement } from '../disk/statements/index.js';
import { snapshot } from '../disk/tree.js';
import * as v from '../disk/values/index.js';
import type { NodeFs, Target } from '../targets.js';

/** The statement at which the overlay begins; nothing on the disk itself. */
const LAY_OVER = 'fs.layOver?.()';

const PROBLEMS = '\n── the disk and the bill ──\n';
/** What a run on the overlay found wrong beside the outcomes. */
export const problemsIn = (outcomes: readonly string[]): string => outcomes.at(-1)?.split(PROBLEMS)[1] ?? '';

/** A program over a tree that the disk has already. */
export const makeOverlayProgram = (r: Prng, length: number, forms: Forms): Program => {
  const lines = setUp(r);
  for (let i = 0; i < 4; i++) lines.push(`fs.linkSync(${v.plainPath(r)}, ${v.plainPath(r)})`);
  lines.push(`fs.writeFileSync(${v.plainPath(r)}, 'x'.repeat(${r.pick(['10', '5000', '70000'])}))`);
  lines.push(LAY_OVER);
  while (lines.length < length) lines.push(statement(r, forms));
  return lines;
};

/** All that a change of the disk would show in, but for access times. */
export const lowerState = (root: string): string => {
  const lines: string[] = [];
  const visit = (path: Buffer): void => {
    const s = nodeFs.lstatSync(path, { bigint: true });
    let line = `${path.toString('latin1')} ${s.ino} ${s.mode} ${s.nlink} ${s.uid}:${s.gid} ${s.size} ${s.mtimeNs} ${s.ctimeNs}`;
    if (s.isFile()) line += ` ${nodeFs.readFileSync(path).toString('base64').slice(0, 200)}`;
    lines.push(line);
    if (!s.isDirectory()) return;
    for (const name of nodeFs.readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare)) {
      visit(Buffer.concat([path, Buffer.from('/'), name]));
    }
  };
  visit(Buffer.from(root));
  return lines.join('\n');
};

/** A tree without the times that reading and writing names moves, and without hard links: a new link to an unchanged file is written as a copy. */
const shapeOf = (fs: NodeFs, root: string): string =>
  snapshot(fs, root)
    .split('\n')
    .map((line) => line.replace(/ [acn]=\S+/g, '').replace(/ same as \.(\/.*)?$/, ''))
    .map((line) => (/\/ \d+ \d+:/.test(line) ? line.replace(/ m=\S+/, '') : line))
    .join('\n');

const READING = ['closeSync', 'fstatSync', 'lstatSync', 'readdirSync', 'readlinkSync', 'readSync'];
const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = nodeFs.constants;

/** The disk with a note of every call that does more than read. */
export const traced = (wrong: string[]): LowerFs => {
  const calls = {} as Record<string, unknown>;
  for (const [name, member] of Object.entries(nodeFs)) {
    if (typeof member !== 'function') continue;
    calls[name] = (...args: unknown[]): unknown => {
      const opens = name === 'openSync' && typeof args[1] === 'number';
      const reads = opens
        ? (Number(args[1]) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)) === 0
        : READING.includes(name);
      if (!reads) wrong.push(`${name}(${String(args[0])}, ${String(args[1])})`);
      return Reflect.apply(member, nodeFs, args);
    };
  }
  return calls as unknown as LowerFs;
};

/** Runs programs on an overlay over the bench's own directory. */
export class OverlayBench extends Bench {
  /** Refusals for want of room, over all programs. */
  refusals = 0;
  readonly target: Target;
  #overlay: Overlay | undefined;
  #before = '';
  #wrong: string[] = [];
  #isRunning = false;

  constructor(maxQuota = 256 * 1024 * 1024) {
    super();
    this.target = { name: 'overlay' as Target['name'], make: () => this.#make(maxQuota) };
  }

  override async run(program: Program, target: Target): Promise<string[]> {
    this.#isRunning = false;
    const outcomes = await super.run(program, target);
    if (target !== this.target) return outcomes;
    this.refusals += outcomes.filter((outcome) => outcome.includes('code="ENOSPC"')).length;
    const problems = this.#problems();
    if (problems.length > 0) outcomes[outcomes.length - 1] += PROBLEMS + problems.join('\n');
    for (const name of nodeFs.readdirSync(this.base)) {
      nodeFs.rmSync(join(this.base, name), { recursive: true, force: true });
    }
    return outcomes;
  }

  #problems(): string[] {
    if (this.#overlay === undefined) return [];
    const problems = this.#wrong.map((call) => `the lower file system was called: ${call}`);
    const after = lowerState(this.base);
    if (after !== this.#before) problems.push(`the disk changed:\n${this.#before}\n→\n${after}`);
    problems.push(...quotaOf(this.#overlay.fs).audit().problems);
    problems.push(...this.#applied(this.#overlay));
    this.#overlay.discard();
    problems.push(...quotaOf(this.#overlay.fs).audit().problems);
    const left = this.#overlay.changes();
    if (left.length > 0) problems.push(`discard left ${left.map(({ kind, path }) => `${kind} ${path}`).join(', ')}`);
    return problems;
  }

  /** Writes the changes onto the disk, which is then what the overlay shows. */
  #applied(overlay: Overlay): string[] {
    // Room enough to look at all of it.
    quotaOf(overlay.fs).resize(64 * 1024 * 1024);
    const shown = shapeOf(overlay.fs, this.base);
    try {
      overlay.applyTo(this.base);
    } catch (error) {
      // A changed name that is no text cannot be written: the disk is then as it was.
      const { code, path = '' } = error as NodeJS.ErrnoException;
      if (code === 'EILSEQ' && path.includes('\ufffd')) {
        return lowerState(this.base) === this.#before ? [] : ['applyTo refused after it had written'];
      }
      return [`applyTo failed: ${String(error)}\n${String((error as Error).stack)}`];
    }
    const written = shapeOf(nodeFs, this.base);
    if (written !== shown) return [`applyTo wrote another tree:\n${shown}\n→\n${written}`];
    const left = overlay.changes().map(({ kind, path, what }) => `${kind} ${path} ${what.join()}`);
    return left.length === 0 ? [] : [`applyTo left ${left.join(', ')}`];
  }

  /** The disk until `layOver` is called, the overlay from then on. */
  /** What a program works on, and after that, for its `other()`, a volume that has nothing to do with it. */
  #make(maxQuota: number): NodeFs {
    if (this.#isRunning) return createFs({ maxQuota });
    this.#isRunning = true;
    this.#overlay = undefined;
    this.#wrong = [];
    let current: NodeFs = nodeFs;
    const layOver = (): void => {
      this.#before = lowerState(this.base);
      this.#overlay = createOverlay({ lower: traced(this.#wrong), root: this.base, maxQuota });
      current = this.#overlay.fs;
    };
    return new Proxy({} as NodeFs, {
      get: (_target, name) => (name === 'layOver' ? layOver : Reflect.get(current, name)),
    });
  }
}
