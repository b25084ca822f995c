/** Watermarks: a listener hears of a crossing once, later, and outside of any engine call. */
import { describe, expect, it } from 'vitest';
import { createVolume, type Engine, O_CREAT, O_WRONLY } from '../../src/core/index.js';
import { type Pressure, Watermarks } from '../../src/core/pressure.js';
import { expectClean } from '../helpers/snapshot.js';

const MIB = 1024 * 1024;
const put = (engine: Engine, path: string, size: number): void =>
  engine.writeFile(path, new Uint8Array(size), O_WRONLY | O_CREAT, 0o644);
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('watermarks', () => {
  const marks = (limit: number) => {
    const heard: Pressure[] = [];
    const watermarks = new Watermarks(limit, (task) => task());
    return { watermarks, heard, listener: (pressure: Pressure) => heard.push(pressure) };
  };

  it('tell once when crossed, and again only after a fall below', () => {
    const { watermarks, heard, listener } = marks(1000);
    watermarks.add(0.5, 0, listener);
    for (const used of [100, 499, 500, 600, 900, 500, 499, 300, 500, 1000]) watermarks.update(used);
    expect(heard).toEqual([
      { share: 0.5, used: 500, limit: 1000 },
      { share: 0.5, used: 500, limit: 1000 },
    ]);
  });

  it('several have crossings of their own', () => {
    const { watermarks, heard, listener } = marks(1000);
    for (const share of [0.9, 0.1, 0.5]) watermarks.add(share, 0, listener);
    watermarks.update(550);
    watermarks.update(950);
    watermarks.update(0);
    watermarks.update(120);
    expect(heard.map(({ share }) => share)).toEqual([0.1, 0.5, 0.9, 0.1]);
  });

  it('tell at once what is crossed already, and follow the limit', () => {
    const { watermarks, heard, listener } = marks(1000);
    watermarks.add(0.5, 700, listener);
    expect(heard).toHaveLength(1);
    watermarks.setLimit(2000, 700);
    watermarks.setLimit(1000, 700);
    expect(heard).toHaveLength(2);
  });

  it('are silent once ended', () => {
    const { watermarks, heard, listener } = marks(1000);
    const end = watermarks.add(0.5, 0, listener);
    end();
    end();
    watermarks.update(900);
    expect(heard).toEqual([]);
  });
});

describe('onPressure', () => {
  it('calls after the engine call, so the listener may free', async () => {
    const engine = createVolume({ maxQuota: 4 * MIB });
    const heard: Pressure[] = [];
    engine.onPressure(0.5, (pressure) => {
      heard.push(pressure);
      engine.unlink('/old');
    });
    put(engine, '/old', MIB);
    put(engine, '/new', 1.2 * MIB);
    expect(heard).toEqual([]);
    await settled();
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ share: 0.5, limit: 4 * MIB });
    expect(heard[0]?.used).toBeGreaterThanOrEqual(2 * MIB);
    expect(engine.readdir('/')).toEqual(['new']);
    put(engine, '/old', MIB);
    await settled();
    expect(heard).toHaveLength(2);
    expectClean(engine);
  });

  it('follows resize', async () => {
    const engine = createVolume({ maxQuota: 4 * MIB });
    put(engine, '/f', MIB);
    let heard = 0;
    const end = engine.onPressure(0.9, () => heard++);
    engine.resize(1.1 * MIB - ((1.1 * MIB) % 1));
    await settled();
    expect(heard).toBe(1);
    end();
    engine.resize(4 * MIB);
    engine.resize(Math.ceil(1.1 * MIB));
    await settled();
    expect(heard).toBe(1);
  });
});
