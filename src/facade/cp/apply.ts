/**
 * Facade layer: carries out the steps that cp has planned, all of them or none. Owns the undo log. Invariant: when
 * {@link applySteps} throws for a refusal of the quota, every name, content, mode and modification time is as it was;
 * what a step replaces is kept aside until the last step has succeeded.
 */
import {
  ENOENT,
  ENOTEMPTY,
  type Engine,
  Fault,
  GuardFault,
  O_WRONLY,
  QuotaFault,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
} from '../../core/index.js';
import { COPY_FLAGS } from '../ops/path.js';
import type { Passage } from '../times.js';
import { exists, type Stat, statAt } from './stat.js';
import { type Overwrite, type Step, stepError } from './step.js';

/** Names that exist only within one call of applySteps; watchers are not told of them. */
export const asidePrefix = '.quotafs-cp-';

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/', path.length - 2)) || '/';

function stat(engine: Engine, path: string): Stat | undefined {
  const found = statAt(engine, path, false);
  return exists(found) ? found : undefined;
}

/** Writes `content` over the beginning of a file: takes room for what goes beyond its end, not even for a descriptor. */
const putContent = (engine: Engine, path: string, content: Buffer): void =>
  engine.writeFile(path, content, O_WRONLY, 0);

/** `mkdir -p` of a path in which '..' may leave a directory that is yet to be made. Gives what was made, top-most first. */
function makeParents(engine: Engine, path: string): string[] {
  const made: (string | undefined)[] = [];
  for (const { index } of path.matchAll(/\/\.\.(?=\/|$)/g)) {
    if (index > 0 && engine.lookup(path.slice(0, index)) === -ENOENT)
      made.push(engine.mkdirp(path.slice(0, index), 0o777));
  }
  made.push(engine.mkdirp(path, 0o777));
  return made.filter((first) => first !== undefined);
}

const typeOf = (found: Stat | undefined): number => (found === undefined ? 0 : found[1] & S_IFMT);

/** Takes back directories that were made on the way: them alone, whatever came to be in them meanwhile. */
function unmakeDirectories(engine: Engine, path: string): void {
  for (const name of engine.readdir(path)) unmakeDirectories(engine, `${path}/${name}`);
  engine.rmdir(path);
}

/** A copy that is being carried out: what was done so far, and how to take it back. */
export class Application {
  readonly #undo: (() => void)[] = [];
  readonly #commit: (() => void)[] = [];
  /** Times of the directories that were there before, for the undo. */
  readonly #directories = new Map<string, Stat>();
  #count = 0;
  #undoMark = 0;
  #commitMark = 0;

  constructor(readonly engine: Engine) {}

  /** Applies the steps in order. @throws Node's error for the first that fails (ENOSPC: QuotaExceededError, nothing changed) */
  apply(steps: readonly Step[]): void {
    try {
      demandRoom(this.engine, steps);
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    for (const step of steps) {
      try {
        this.#run(step);
      } catch (error) {
        // What does not fit is taken back whole. Where something is in the way, or forbidden, what came before it stays.
        const obstacle = error instanceof Fault && !(error instanceof QuotaFault) && !(error instanceof GuardFault);
        if (obstacle) this.#keepDone();
        else this.#rollBack();
        throw error instanceof Fault ? stepError(error, step) : error;
      }
    }
  }

  /** Drops what was kept aside. */
  commit(): void {
    for (const finish of this.#commit.splice(0)) finish();
  }

  #rollBack(): void {
    for (const back of this.#undo.reverse()) back();
    for (const [path, times] of this.#directories) this.#restoreTimes(path, times);
  }

  /** Takes back what the step that failed has done, and keeps the steps before it. */
  #keepDone(): void {
    for (const back of this.#undo.splice(this.#undoMark).reverse()) back();
    this.#commit.splice(this.#commitMark);
    this.commit();
  }

  #run(step: Step): void {
    const { engine } = this;
    this.#undoMark = this.#undo.length;
    this.#commitMark = this.#commit.length;
    switch (step.kind) {
      case 'parents': {
        for (let at = step.to.path; at !== '/'; at = parentOf(at)) this.#remember(at);
        for (const first of makeParents(engine, step.to.path)) this.#undo.push(() => unmakeDirectories(engine, first));
        return;
      }
      case 'mkdir':
        this.#remember(step.to.path);
        engine.mkdir(step.to.path, 0o777);
        this.#undo.push(() => engine.rmdir(step.to.path));
        return;
      case 'rmdir':
        this.#remember(step.to.path);
        engine.rmdir(step.to.path);
        this.#undo.push(() => engine.mkdir(step.to.path, 0o777));
        return;
      case 'copy':
        this.#remember(step.to.path);
        this.#copy(step.from.path, step.to.path, step.by === 'libuv' ? step.flags | COPY_FLAGS : step.flags, step.over);
        // C++ reads a file even when its size says that nothing is in it, which moves the access time.
        if (step.by === 'libstdc++' && step.size === 0) engine.readFile(step.from.path, 0, () => new Uint8Array(0));
        return;
      case 'symlink':
        this.#remember(step.to.path);
        if (step.over === 'replace') this.#setAside(step.to.path);
        engine.symlink(step.target.path, step.to.path);
        this.#undo.push(() => engine.unlink(step.to.path));
        return;
      case 'chmod':
        engine.chmod(step.to.path, step.mode & 0o7777);
        return;
      case 'times':
        this.#copyTimes(step.from.path, step.to.path, step.passage);
        return;
    }
  }

  #copy(from: string, to: string, flags: number, over: Overwrite): void {
    const { engine } = this;
    if (over === 'replace') {
      this.#copyReplacing(from, to, flags);
      return;
    }
    if (over === 'in-place' && stat(engine, to) !== undefined) {
      this.#copyInto(from, to);
      return;
    }
    engine.copyFile(from, to, flags);
    // Through a dangling link the copy came to be at the link's target.
    this.#undo.push(() => engine.unlink(engine.realpath(to)));
  }

  #copyReplacing(from: string, to: string, flags: number): void {
    const { engine } = this;
    const before = stat(engine, to);
    const restore = this.#setAside(to);
    try {
      engine.copyFile(from, to, flags);
      this.#undo.push(() => engine.unlink(to));
    } catch (error) {
      // Old and new do not fit side by side. A file of one name may be overwritten in its place instead.
      const alone = typeOf(before) === S_IFREG && before?.[2] === 1;
      if (!(error instanceof QuotaFault) || !alone) throw error;
      restore();
      this.#copyInto(from, to);
    }
  }

  /**
   * Overwrites the content; the old one is kept in memory, for the time of this call only. The file is not made
   * shorter before the end: its room must be there when the old content has to go back.
   */
  #copyInto(from: string, to: string): void {
    const { engine } = this;
    const target = engine.realpath(to);
    const before = stat(engine, target);
    if (before === undefined) throw new Fault(ENOENT);
    const read = (path: string): Buffer => engine.readFile(path, 0, (size) => Buffer.allocUnsafe(size));
    const [old, content] = [read(target), read(from)];
    putContent(engine, target, content);
    this.#undo.push(() => {
      putContent(engine, target, old);
      engine.truncate(target, old.length);
      engine.chmod(target, before[1] & 0o7777);
      this.#restoreTimes(target, before);
    });
    if (content.length >= old.length) return;
    this.#commit.push(() => {
      const now = stat(engine, target);
      engine.truncate(target, content.length);
      if (now !== undefined) this.#restoreTimes(target, now);
    });
  }

  /** Moves what is at `path` to a name of its own beside it. Returns how to take that back. */
  #setAside(path: string): () => void {
    const { engine } = this;
    if (typeOf(stat(engine, path)) === S_IFDIR && engine.readdir(path).length > 0) throw new Fault(ENOTEMPTY);
    const parent = parentOf(path);
    let aside: string;
    do aside = `${parent === '/' ? '' : parent}/${asidePrefix}${this.#count++}`;
    while (stat(engine, aside) !== undefined);
    engine.rename(path, aside);
    const back = (): void => engine.rename(aside, path);
    // C++ overwrites an empty directory too.
    const finish = (): void => {
      if (typeOf(stat(engine, aside)) === S_IFDIR) engine.rmdir(aside);
      else engine.unlink(aside);
    };
    this.#undo.push(back);
    this.#commit.push(finish);
    return () => {
      back();
      this.#undo.splice(this.#undo.indexOf(back), 1);
      this.#commit.splice(this.#commit.indexOf(finish), 1);
    };
  }

  #remember(path: string): void {
    const parent = parentOf(path);
    if (this.#directories.has(parent)) return;
    // The parent may be reached through a link.
    const times = statAt(this.engine, parent, true);
    if (exists(times)) this.#directories.set(parent, times);
  }

  #restoreTimes(path: string, times: Stat): void {
    if (this.engine.lookup(path) < 0) return;
    this.engine.utimes(path, times[10], times[11], times[12], times[13]);
  }

  #copyTimes(from: string, to: string, passage: Passage): void {
    const { engine } = this;
    const source = statAt(engine, from, true);
    if (!exists(source)) throw new Fault(-source, 'stat');
    const before = stat(engine, to);
    const set = (): void => engine.utimes(to, ...passage(source[10], source[11]), ...passage(source[12], source[13]));
    set();
    // A directory's move once more, when what was set aside in it is removed.
    if (typeOf(before) === S_IFDIR) this.#commit.push(set);
    if (before !== undefined) this.#undo.push(() => this.#restoreTimes(to, before));
  }
}

/** What a file's content takes at least: holes are free, slack and bookkeeping come on top. */
const bytesOf = (found: Stat): number => Math.min(found[8], found[9] * 512);

/**
 * Refuses what can't fit before anything is touched. Only certain refusals are made here: bytes are bare, and what is
 * replaced counts as free.
 */
function demandRoom(engine: Engine, steps: readonly Step[]): void {
  const sample = steps.find((step) => step.kind === 'copy');
  if (sample?.kind !== 'copy') return;
  const { available, limit, totalNodes, maxNodes } = engine.usage(sample.from.path);
  // Where all that was planned fits, nobody need look again.
  const planned = steps.reduce((sum, step) => sum + (step.kind === 'copy' ? step.size : 0), 0);
  if (planned <= available && totalNodes + steps.length <= maxNodes) return;
  let bytes = 0;
  let nodes = 0;
  // What is replaced is priced only when it matters: `usage` looks at the whole file.
  let priced = 0;
  let freed = 0;
  steps.forEach((step, index) => {
    if (step.kind === 'mkdir' || (step.kind === 'symlink' && step.over === 'absent')) nodes++;
    if (step.kind !== 'copy') return;
    const found = statAt(engine, step.from.path, true);
    if (!exists(found)) return;
    bytes += bytesOf(found);
    if (step.over === 'absent') nodes++;
    if (totalNodes + nodes > maxNodes) {
      throw stepError(new QuotaFault('nodes', nodes, maxNodes - totalNodes, maxNodes), step);
    }
    for (; bytes - freed > available && priced <= index; priced++) freed += replacedCharge(engine, steps[priced]);
    if (bytes - freed > available) throw stepError(new QuotaFault('bytes', bytes - freed, available, limit), step);
  });
}

function replacedCharge(engine: Engine, step: Step): number {
  if (step.kind !== 'copy' || step.over === 'absent') return 0;
  return typeOf(stat(engine, step.to.path)) === S_IFREG ? engine.usage(step.to.path).charge : 0;
}

/** Applies all steps. @throws as {@link Application.apply} */
export function applySteps(engine: Engine, steps: readonly Step[]): void {
  const application = new Application(engine);
  application.apply(steps);
  application.commit();
}
