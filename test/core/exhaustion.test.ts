/**
 * Every mutating call with room for exactly n more bytes, n growing until it
 * fits. Each refusal must be a QuotaFault that leaves tree, contents, times,
 * events and ledger as they were; what fits at n must fit at n + 1.
 */
import { describe, expect, it } from 'vitest';
import { type ChangeEvent, createVolume, type Engine, QuotaFault, type StoragePolicy } from '../../src/core/index.js';
import { expectClean, snapshot, type VolumeSnapshot } from '../helpers/snapshot.js';
import { KIB, type Opened, populate, SCENARIOS, type Scenario } from './exhaustion-scenarios.js';

const POLICIES: readonly StoragePolicy[] = ['auto', 'sequential', 'random-access'];
/** Needs below this are swept byte by byte; the policies differ in contents only, so one sweep to the end is enough. */
const EXACT_SWEEP: Record<StoragePolicy, number> = { auto: 4 * KIB, sequential: 64, 'random-access': 64 };
const MAX_NEED = 4096 * KIB;
const LOOK_EVERY = 256;

/** A populated volume, watched; with everything about it on record once `watchClosely` is called. */
class Bench {
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
function findNeed(scenario: Scenario, policy: StoragePolicy): number {
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

describe.each(POLICIES)('room for n more bytes, storage %s', (policy) => {
  const scenarios = SCENARIOS.filter((scenario) => policy !== 'sequential' || !scenario.outOfOrder);

  it.each(scenarios)('$name', { timeout: 30_000 }, (scenario) => {
    const need = findNeed(scenario, policy);
    if (scenario.free) expect(need, 'must work in a full volume').toBe(0);
    for (const more of [0, 1, 2, 3, 8, 777, 4 * KIB, 100 * KIB]) {
      const bench = new Bench(scenario, policy);
      expect(bench.attempt(need + more), `fits at ${need}, not at ${need + more}`).toBeUndefined();
      expectClean(bench.engine);
      expect(bench.engine.usage().used).toBeLessThanOrEqual(bench.engine.usage().limit);
    }
  });
});

describe('room for n more nodes', () => {
  const makers = SCENARIOS.filter((scenario) => scenario.nodes !== undefined);
  const [some] = makers as [Scenario];
  const present = new Bench(some, 'auto').engine.usage().nodes;
  // The unlinked open file holds a slot too; whether the root is among `nodes` is its own business.
  const taken = nodesTaken();

  function nodesTaken(): number {
    for (let maxNodes = present - 1; maxNodes < present + 4; maxNodes++) {
      if (populates(maxNodes)) return maxNodes;
    }
    return expect.fail('no limit around the number of nodes lets the volume be filled');
  }

  function populates(maxNodes: number): boolean {
    try {
      populate(createVolume({ maxNodes }), 'auto');
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(QuotaFault);
      return false;
    }
  }

  it.each(makers)('$name', (scenario) => {
    const nodes = scenario.nodes ?? 0;
    for (let room = 0; room < nodes; room++) {
      const bench = new Bench(scenario, 'auto', taken + room).watchClosely();
      const refusal = bench.call();
      expect(refusal, `room for ${room} of ${nodes}`).toBeDefined();
      expect(refusal).toMatchObject({ errno: 28, resource: 'nodes', limit: taken + room });
      expect(refusal?.requested).toBeGreaterThan(refusal?.available ?? 0);
      bench.expectUntouched(room, true);
    }
    const bench = new Bench(scenario, 'auto', taken + nodes);
    expect(bench.call()).toBeUndefined();
    expectClean(bench.engine);
    const stats = bench.engine.statfs('/');
    expect(stats.freeFiles).toBe(0);
    expect(stats.files).toBe(taken + nodes + 1); // the root is a file, but takes none of maxNodes
  });
});
