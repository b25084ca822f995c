/**
 * Facade layer: cp, cpSync and promises.cp. Owns the options and the order of
 * events: the whole copy is planned, the filter being asked on the way, and then
 * applied in one go. Invariant: a copy that does not fit leaves the tree as it
 * was. When it is the *plan* that meets an obstacle (something in the way, a
 * filter that throws), what comes before it is copied first, as Node does.
 */
import { isPromise } from 'node:util/types';
import { deliverAll, deliverError, rejectLater, resolveLater } from '../completion.js';
import type { Context } from '../context.js';
import { throughDate } from '../late-calls.js';
import { codedTypeError, describeReceived, incompatibleOptionPair } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import { type Caller, spell, stackFrom, toNodeError } from '../uv-exception.js';
import {
  type Callback,
  isUint8Array,
  validateBoolean,
  validateFunction,
  validateInteger,
  validateObject,
} from '../validate.js';
import { Application, applySteps } from './apply.js';
import { planNative } from './native.js';
import { type CpOptions, type Plan, type Planning, planWalk } from './plan.js';
import type { Place, Step } from './step.js';

const defaults = {
  dereference: false,
  errorOnExist: false,
  filter: undefined,
  force: true,
  preserveTimestamps: false,
  recursive: false,
  verbatimSymlinks: false,
};

const switches = [
  'dereference',
  'errorOnExist',
  'force',
  'preserveTimestamps',
  'recursive',
  'verbatimSymlinks',
] as const;

const MAX_COPY_MODE = 7;

function parseOptions(given: unknown): CpOptions {
  if (given !== undefined) validateObject(given, 'options');
  const options: Record<string, unknown> = { ...defaults, ...(given as object) };
  for (const name of switches) validateBoolean(options[name], `options.${name}`);
  const mode = options.mode ?? 0;
  validateInteger(mode, 'mode', 0, MAX_COPY_MODE);
  if (options.dereference === true && options.verbatimSymlinks === true) {
    throw incompatibleOptionPair('dereference', 'verbatimSymlinks');
  }
  if (options.filter !== undefined) validateFunction(options.filter, 'options.filter');
  return { ...options, mode } as CpOptions;
}

function place(ctx: Context, path: unknown, name: string): Place {
  const resolved = ctx.resolve(path, name);
  // Node's JavaScript shows text as it was given, half a surrogate pair and all; what a system call saw is spelled later.
  const shown = typeof path === 'string' ? path : (spell(path) ?? '');
  return { shown, path: resolved, bytes: isUint8Array(path) ? path : undefined };
}

const syncPlanning = nodeAtLeast(22) ? planNative : planWalk;

function promiseFromFilter(answer: unknown): Error {
  const message = `Expected boolean to be returned from the "filter" function but got ${describeReceived(answer)}.`;
  return codedTypeError('ERR_INVALID_RETURN_VALUE', message);
}

function planSync(planning: Planning, options: CpOptions): void {
  for (let next = planning.next(); !next.done; ) {
    let answer: unknown;
    try {
      answer = options.filter?.(...next.value);
    } catch (error) {
      refuse(planning, error);
    }
    if (isPromise(answer)) planning.throw(promiseFromFilter(answer));
    next = planning.next(Boolean(answer));
  }
}

/** Bytes of a step with half of its places, and those that are billed for each character of a path (measured on V8). */
const STEP_PRICE = 384;
const LONGEST = 256;

/** Plans while a filter may take its time: what the plan holds is billed. */
async function planAsync(planning: Planning, plan: Plan): Promise<void> {
  const { steps, options } = plan;
  const { engine } = plan.ctx;
  let [counted, held, billed] = [0, 0, 0];
  try {
    for (let next = planning.next(); !next.done; ) {
      for (; counted < steps.length; counted++)
        held += STEP_PRICE + 2 * Math.min(LONGEST, (steps[counted] as Step).to.path.length);
      const more = held + plan.names - billed;
      try {
        engine.billHandle(more);
      } catch (error) {
        // Nothing of a copy that does not fit is made.
        steps.length = 0;
        throw toNodeError(error, 'cp', ...plan.given);
      }
      billed += more;
      let answer: unknown;
      try {
        answer = await options.filter?.(...next.value);
      } catch (error) {
        refuse(planning, error);
      }
      next = planning.next(Boolean(answer));
    }
  } finally {
    engine.unbillHandle(billed);
  }
}

function makePlan(ctx: Context, src: Place, dest: Place, options: CpOptions, form: Plan['form']): Plan {
  const given = [src.bytes ?? src.shown, dest.bytes ?? dest.shown] as const;
  return { ctx, options, form, passage: throughDate, steps: [], names: 0, given, bytes: src.bytes ?? dest.bytes };
}

function copySync(ctx: Context, src: Place, dest: Place, options: CpOptions): void {
  const plan = makePlan(ctx, src, dest, options, 'sync');
  const application = new Application(ctx.engine);
  const applyNow = (): void => application.apply(plan.steps.splice(0));
  try {
    planSync(syncPlanning(plan, src, dest, applyNow), options);
  } finally {
    applyNow();
    application.commit();
  }
}

/** Without a filter everything happens before this returns; with one, when its last answer is there. */
function copyLater(ctx: Context, src: Place, dest: Place, options: CpOptions): Promise<void> | undefined {
  const plan = makePlan(ctx, src, dest, options, 'later');
  const planning = planWalk(plan, src, dest);
  if (options.filter) return planAsync(planning, plan).finally(() => applySteps(ctx.engine, plan.steps));
  try {
    planning.next();
  } finally {
    applySteps(ctx.engine, plan.steps);
  }
  return undefined;
}

/** What filters threw, which keeps its stack. */
const thrown = new WeakSet<object>();

/** Ends the planning with what the filter threw. */
function refuse(planning: Planning, error: unknown): void {
  if (typeof error === 'object' && error !== null) thrown.add(error);
  planning.throw(error);
}

const from = (error: unknown, caller: Caller): unknown =>
  thrown.has(error as object) ? error : stackFrom(error, caller);

/** The member cp of `ctx.fs` and its promises. */
export function makeCp(ctx: Context) {
  /** The checked arguments, in Node's order. */
  const read = (src: unknown, dest: unknown, options: unknown): readonly [Place, Place, CpOptions] => {
    const parsed = parseOptions(options);
    return [place(ctx, src, 'src'), place(ctx, dest, 'dest'), parsed];
  };

  function cpSync(caller: Caller, src: unknown, dest: unknown, options?: unknown): void {
    try {
      copySync(ctx, ...read(src, dest, options));
    } catch (error) {
      throw from(error, caller);
    }
  }

  function cp(caller: Caller, src: unknown, dest: unknown, options: unknown, callback?: unknown): void {
    const done = (typeof options === 'function' ? options : callback) as Callback;
    let given: ReturnType<typeof read>;
    try {
      validateFunction(done, 'cb');
      given = read(src, dest, typeof options === 'function' ? undefined : options);
    } catch (error) {
      throw from(error, caller);
    }
    const fail = (error: unknown): void => deliverError(done, from(error, caller));
    // Node's own cp comes from util.callbackify, which always gives a result.
    const succeed = (): void => deliverAll(done, [null, undefined]);
    try {
      const copying = copyLater(ctx, ...given);
      if (copying === undefined) succeed();
      else copying.then(succeed, fail);
    } catch (error) {
      fail(error);
    }
  }

  function cpPromise(src: unknown, dest: unknown, options?: unknown): Promise<void> {
    let given: ReturnType<typeof read>;
    try {
      given = read(src, dest, options);
    } catch (error) {
      return Promise.reject(from(error, cpPromise));
    }
    try {
      return copyLater(ctx, ...given) ?? resolveLater(undefined);
    } catch (error) {
      return rejectLater(from(error, cpPromise));
    }
  }

  return { cp, cpSync, promises: { cp: cpPromise } };
}
