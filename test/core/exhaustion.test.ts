/**
 * Every mutating call with room for exactly n more bytes, n growing until it
 * fits. Each refusal must be a QuotaFault that leaves tree, contents, times,
 * events and ledger as they were; what fits at n must fit at n + 1.
 */
import { describe, expect, it } from 'vitest';
import { createVolume, QuotaFault } from '../../src/core/index.js';
import { expectClean } from '../helpers/snapshot.js';
import { Bench, findNeed, POLICIES } from './exhaustion-bench.js';
import { KIB, populate, SCENARIOS, type Scenario } from './exhaustion-scenarios.js';

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
