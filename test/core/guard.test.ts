/** The memory guard with a fake probe and a fake clock. */
import { describe, expect, it } from 'vitest';
import { createVolume, type Engine, GuardFault, type GuardOptions, O_CREAT, O_RDWR } from '../../src/core/index.js';
import { expectClean, snapshot } from '../helpers/snapshot.js';

const MIB = 1024 * 1024;

/** A machine whose memory the test decides. */
class Machine {
  available: number | undefined = 100 * MIB;
  probes = 0;
  now = 1_000_000;
  readonly warnings: string[] = [];

  options(mode: GuardOptions['mode'], action: GuardOptions['action'], intervalMs = 1000): GuardOptions {
    return {
      mode,
      action,
      intervalMs,
      probe: () => {
        this.probes++;
        return this.available;
      },
      warn: (message) => this.warnings.push(message),
    };
  }

  volume(mode: GuardOptions['mode'], action: GuardOptions['action'], intervalMs?: number): Engine {
    const guard = this.options(mode, action, intervalMs);
    return createVolume({ maxQuota: 64 * MIB, guard, clock: () => this.now });
  }
}

const write = (engine: Engine, size: number): void => {
  const fd = engine.open('/f', O_RDWR | O_CREAT, 0o644);
  try {
    engine.write(fd, new Uint8Array(size), 0, size, 0);
  } finally {
    engine.close(fd);
  }
};

const guardFaultOf = (body: () => void): GuardFault => {
  try {
    body();
  } catch (error) {
    if (error instanceof GuardFault) return error;
    throw error;
  }
  return expect.fail('the guard let it through');
};

describe('mode init', () => {
  it('raises at creation when the quota is more than the machine has', () => {
    const machine = new Machine();
    machine.available = 10 * MIB;
    const refusal = guardFaultOf(() => machine.volume('init', 'raise'));
    expect(refusal.errno).toBe(12);
    expect(refusal.message).toContain(String(64 * MIB));
    expect(refusal.message).toContain(String(10 * MIB));
  });

  it('warns instead when told so', () => {
    const machine = new Machine();
    machine.available = 10 * MIB;
    machine.volume('init', 'warn');
    expect(machine.warnings).toHaveLength(1);
  });

  it('asks once, and lets every write through afterwards', () => {
    const machine = new Machine();
    const engine = machine.volume('init', 'raise');
    machine.available = 0;
    write(engine, MIB);
    expect(machine.probes).toBe(1);
  });

  it('an exact fit fits', () => {
    const machine = new Machine();
    machine.available = 64 * MIB;
    machine.volume('init', 'raise');
    machine.available--;
    guardFaultOf(() => machine.volume('init', 'raise'));
  });
});

describe('mode none', () => {
  it('never asks', () => {
    const machine = new Machine();
    machine.available = 0;
    write(machine.volume('none', 'raise'), MIB);
    expect(machine.probes).toBe(0);
  });
});

describe('mode per-write', () => {
  it('raises ENOMEM and changes nothing when the machine runs out', () => {
    const machine = new Machine();
    const engine = machine.volume('per-write', 'raise', 0);
    write(engine, 1000);
    snapshot(engine);
    const before = snapshot(engine);
    machine.available = 500;
    const fd = engine.open('/f', O_RDWR, 0);
    const refusal = guardFaultOf(() => engine.write(fd, new Uint8Array(MIB), 0, MIB, 0));
    engine.close(fd);
    expect(refusal.errno).toBe(12);
    expect(refusal.message).toMatch(/memory/);
    expect(snapshot(engine)).toEqual(before);
    expectClean(engine);
  });

  it('guards every call that takes memory', () => {
    const machine = new Machine();
    const engine = machine.volume('per-write', 'raise', 0);
    write(engine, 100_000);
    machine.available = 0;
    snapshot(engine);
    const before = snapshot(engine);
    const calls: (() => void)[] = [
      () => engine.mkdir('/d', 0o755),
      () => engine.symlink('t', '/l'),
      () => engine.copyFile('/f', '/g', 0),
      () => engine.copyTree('/f', '/g'),
      () => engine.importTree([{ path: '/i', type: 'file', data: new Uint8Array(5000) }]),
      () => engine.writeFile('/w', new Uint8Array(5000), O_RDWR | O_CREAT, 0o644),
    ];
    for (const call of calls) guardFaultOf(call);
    expect(snapshot(engine)).toEqual(before);
    expectClean(engine);
  });

  it('lets through what needs no memory', () => {
    const machine = new Machine();
    const engine = machine.volume('per-write', 'raise', 0);
    write(engine, 100_000);
    machine.available = 0;
    write(engine, 100_000);
    engine.truncate('/f', 10);
    engine.truncate('/f', MIB);
    engine.unlink('/f');
    expectClean(engine);
  });

  it('asks the probe once in an interval, and counts what it let through in between', () => {
    const machine = new Machine();
    const engine = machine.volume('per-write', 'raise', 1000);
    const before = machine.probes;
    machine.available = 3 * MIB;
    write(engine, MIB);
    for (let i = 0; i < 10; i++) engine.mkdir(`/d${i}`, 0o755);
    expect(machine.probes - before).toBe(1);
    machine.available = 100 * MIB; // not seen before the interval is over
    guardFaultOf(() => engine.writeFile('/big', new Uint8Array(3 * MIB), O_RDWR | O_CREAT, 0o644));
    machine.now += 1000;
    engine.writeFile('/big', new Uint8Array(3 * MIB), O_RDWR | O_CREAT, 0o644);
    expect(machine.probes - before).toBe(2);
  });

  it('asks again when the clock was set back', () => {
    const machine = new Machine();
    const engine = machine.volume('per-write', 'raise', 1000);
    write(engine, 10);
    const { probes } = machine;
    machine.now -= 1_000_000;
    engine.mkdir('/d', 0o755);
    expect(machine.probes).toBe(probes + 1);
  });

  it('warns and writes when told so', () => {
    const machine = new Machine();
    const engine = machine.volume('per-write', 'warn', 0);
    machine.available = 10;
    write(engine, MIB);
    expect(machine.warnings.length).toBeGreaterThan(0);
    expect(engine.readFile('/f', 0, (size) => new Uint8Array(size)).length).toBe(MIB);
  });

  it('an unknown amount is no reason to refuse', () => {
    const machine = new Machine();
    machine.available = undefined;
    const engine = machine.volume('per-write', 'raise', 0);
    write(engine, MIB);
    expect(machine.warnings).toEqual([]);
  });

  it('the quota is asked before the machine', () => {
    const machine = new Machine();
    const engine = machine.volume('per-write', 'raise', 0);
    const { probes } = machine;
    expect(() => engine.writeFile('/f', new Uint8Array(65 * MIB), O_RDWR | O_CREAT, 0o644)).toThrow(
      expect.objectContaining({ errno: 28 }),
    );
    expect(machine.probes).toBe(probes);
  });
});
