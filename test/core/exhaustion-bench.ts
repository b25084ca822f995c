/**
 * What the exhaustion tests run their calls on: a populated volume with room
 * for exactly n more bytes, and everything about it on record, so that a refused
 * call that left a trace shows.
 */
import { expect } from 'vitest';
import { type ChangeEvent, createVolume, type Engine, QuotaFault, type StoragePolicy } from '../../src/core/index.js';
import { expectClean, snapshot, type VolumeSnapshot } from '../helpers/snapshot.js';
import { KIB, type Opened, populate, type Scenario } from './exhaustion-scenarios.js';

export const POLICIES: readonly StoragePolicy[] = ['auto', 'sequential', 'random-access'];
/** Needs below this are swept byte by byte; the policies differ in contents only, so one sweep to the end is enough. */
const EXACT_SWEEP: Record<StoragePolicy, number> = { auto: 4 * KIB, sequential: 64, 'random-access': 64 };
const MAX_NEED = 4096 * KIB;
const LOOK_EVERY = 256;

/** A populated volume, watched; with everything about it on record once `watchClosely` is called. */
export class Bench {
  readonly engine: Engine;
  readonly fd: Opened;
  readonly events: ChangeEvent[] = [];
  private readonly used: number;
  private before: VolumeSnapshot | undefined;
  private readonly changes: number;

  constructor(
    readonly scenario: Scenario,
    policy: StoragePolicy,
    maxNodes?: number,
  ) {
    let time = 1_700_000_000_000;
    // The clock moves with every look, so that a time touched by a refused call shows.
    this.engine = createVolume({ clock: () => time++, defaultStorage: policy, maxNodes, randomName: () => 'abcdef' });
    this.fd = populate(this.engine, policy);
    scenario.before?.(this.engine, this.fd);
    for (const path of ['/', '/dir', '/file', '/big']) {
      this.engine.watch(path, path === '/', (event) => this.events.push(event));
    }
    this.used = this.engine.quota.used;
    this.changes = this.engine.changes;
  }

  watchClosely(): this {
    snapshot(this.engine); // reading moves access times once
    this.before = snapshot(this.engine);
    return this;
  }

  /** Runs the call with room for `room` more bytes. Undefined when it fits. */
  attempt(room: number): QuotaFault | undefined {
    this.engine.resize(this.used + room);
    return this.call();
  }

  call(): QuotaFault | undefined {
    try {
      this.scenario.run(this.engine, this.fd);
      return undefined;
    } catch (error) {
      if (error instanceof QuotaFault) return error;
      throw error;
    }
  }

  expectUntouched(room: number, thorough: boolean): void {
    const { engine, used, before } = this;
    // Thousands of looks: an expect() each would take most of the time.
    const quiet = engine.quota.used === used && engine.changes === this.changes && this.events.length === 0;
    if (quiet && !thorough) return;
    const where = `${this.scenario.name}, room ${room}`;
    expect(engine.quota.used, where).toBe(used);
    expect(engine.changes, where).toBe(this.changes);
    expect(this.events, where).toEqual([]);
    expect(snapshot(engine), where).toEqual(before);
    expectClean(engine);
  }

  /** A refusal says truly what it lacked. */
  expectTrueNumbers(refusal: QuotaFault, room: number): void {
    const { resource, limit, requested, available } = refusal;
    const isTrue =
      resource === 'bytes' &&
      limit === this.used + room &&
      requested > available &&
      available >= 0 &&
      available <= room;
    if (!isTrue) expect.fail(`${this.scenario.name}, room ${room}: ${JSON.stringify(refusal)}`);
  }

  expectRefused(room: number, thorough: boolean): void {
    const refusal = this.attempt(room);
    if (refusal === undefined) expect.fail(`${this.scenario.name}: fits at ${room} but not with more room`);
    this.expectTrueNumbers(refusal, room);
    this.expectUntouched(room, thorough);
  }
}

/** The least room with which the call fits, each refusal on the way checked. */
export function findNeed(scenario: Scenario, policy: StoragePolicy): number {
  const bench = new Bench(scenario, policy).watchClosely();
  const exact = EXACT_SWEEP[policy];
  for (let room = 0; room < exact; room++) {
    const refusal = bench.attempt(room);
    if (refusal === undefined) return room;
    bench.expectTrueNumbers(refusal, room);
    bench.expectUntouched(room, room % LOOK_EVERY === 0);
  }
  bench.expectUntouched(exact, true);
  let low = exact - 1;
  let high = MAX_NEED;
  let probe = new Bench(scenario, policy);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (probe.attempt(middle) === undefined) {
      high = middle;
      probe = new Bench(scenario, policy);
    } else low = middle;
  }
  for (let room = exact; room < high; room += Math.ceil(high / 50)) bench.expectRefused(room, false);
  for (let room = Math.max(exact, high - 8); room < high; room++) bench.expectRefused(room, true);
  return high;
}
