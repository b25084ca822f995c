/**
 * Every call of `fs`, `fs.promises` and FileHandle that changes a volume or
 * keeps something open, in each of its forms, run with room for exactly n more
 * bytes, n growing until it succeeds. Each refusal is a QuotaExceededError and
 * leaves tree, contents, times and ledger as they were. A volume that has one of
 * everything; a clock that moves with every look.
 */
import nodeFs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DESCRIPTOR_PRICE } from '../../src/core/cost.js';
import { createVolume, type Engine, QuotaExceededError } from '../../src/core/index.js';
import { createFsFromEngine } from '../../src/facade/index.js';
import { hostVolumeOptions } from '../../src/host/index.js';
import { expectClean, snapshot } from '../helpers/snapshot.js';
import { type Case, casesFor, LOOKING, type Ready } from './exhaustion-cases.js';

const CASES = casesFor(nodeFs);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Subject extends Ready {
  readonly engine: Engine;
  /** Bytes used when nothing has happened yet. */
  readonly used: number;
}

async function populated(): Promise<Subject> {
  let time = 1_700_000_000_000;
  const engine = createVolume({ ...hostVolumeOptions(), clock: () => time++, randomName: () => 'abcdef' });
  const fs = createFsFromEngine(engine);
  fs.writeFileSync('/file', 'precious');
  fs.writeFileSync('/big', Buffer.alloc(70_000, 1));
  fs.mkdirSync('/tree/sub/deeper', { recursive: true });
  fs.mkdirSync('/tree/empty');
  fs.mkdirSync('/other');
  fs.mkdirSync('/copy');
  fs.writeFileSync('/tree/a', 'a');
  fs.writeFileSync('/tree/sub/b', Buffer.alloc(5000, 2));
  fs.writeFileSync('/other/a', 'another a');
  fs.symlinkSync('a', '/tree/link');
  fs.writeFileSync(`/${'o'.repeat(200)}`, '');
  const fd = fs.openSync('/file', 'r+');
  const handle = await fs.promises.open('/file', 'r+');
  if (engine.lookup('/copy') > 0) fs.rmdirSync('/copy');
  return { engine, fs, fd, handle, used: engine.quota.used };
}

/** Runs the call with room for `room` more bytes; true when it fits. */
async function attempt(subject: Subject, { name, call }: Case, room: number): Promise<boolean> {
  const { engine, used } = subject;
  engine.resize(used + room);
  try {
    await call(subject);
    return true;
  } catch (error) {
    if (!(error instanceof QuotaExceededError)) throw error;
    expect(error, name).toMatchObject({ code: 'ENOSPC', errno: -28, limit: used + room });
    return false;
  } finally {
    await turn();
  }
}

/** Everything about the volume; a look beforehand moves the access times that looking moves. */
function stateOf({ engine, fd }: Subject, { undoes }: Case): unknown {
  snapshot(engine);
  const volume = snapshot(engine);
  // A ctime cannot be set back, and with it goes the access time under relatime.
  if (undoes) for (const node of volume.nodes) node.ctime = node.atime = '';
  return { volume, at: engine.seek(fd, 0, 1) };
}

/** The least room with which the call succeeds, found on fresh volumes. */
async function leastRoom(each: Case): Promise<number> {
  const fits = async (room: number): Promise<boolean> => {
    const subject = await populated();
    const done = await attempt(subject, each, room);
    expectClean(subject.engine);
    expect(subject.engine.quota.used, each.name).toBeLessThanOrEqual(subject.used + room);
    return done;
  };
  if (await fits(0)) return 0;
  let [refused, accepted] = [0, 64];
  while (!(await fits(accepted))) {
    expect(accepted).toBeLessThan(2 ** 26);
    [refused, accepted] = [accepted, accepted * 2];
  }
  while (accepted - refused > 1) {
    const middle = Math.floor((refused + accepted) / 2);
    if (await fits(middle)) accepted = middle;
    else refused = middle;
  }
  return accepted;
}

/** Few rooms below `least`: the first ones, the last ones and some between. */
const roomsBelow = (least: number): number[] => {
  const rooms = new Set([0, 1, 100, least - 2, least - 1]);
  for (let i = 1; i < 12; i++) rooms.add(Math.floor((least * i) / 12));
  return [...rooms].filter((room) => room >= 0 && room < least).sort((a, b) => a - b);
};

describe('with room for n more bytes', () => {
  it.each(CASES)('$name', { timeout: 60_000 }, async (each) => {
    const least = await leastRoom(each);
    if (each.free) {
      expect(least, 'must work in a full volume').toBeLessThanOrEqual(each.opens ? DESCRIPTOR_PRICE : 0);
      return;
    }
    let subject = await populated();
    let before = stateOf(subject, each);
    for (const room of roomsBelow(least)) {
      expect(await attempt(subject, each, room), `fits at ${room}, though not at ${least - 1}`).toBe(false);
      expectClean(subject.engine);
      if (each.stepwise) {
        subject = await populated();
        before = stateOf(subject, each);
        continue;
      }
      expect(subject.engine.quota.used, `room ${room}`).toBe(subject.used);
      expect(stateOf(subject, each), `room ${room}`).toEqual(before);
    }
  });
});

describe('the list of calls', () => {
  const covered = new Set(CASES.map(({ member }) => member));
  const missing = (prefix: string, names: readonly string[]): string[] =>
    names.map((name) => `${prefix}.${name}`).filter((member) => !covered.has(member) && !LOOKING.has(member));
  const functionsOf = (object: object): string[] =>
    Object.keys(object).filter((name) => typeof Reflect.get(object, name) === 'function');

  it('has every function of fs', () => {
    expect(missing('fs', functionsOf(nodeFs))).toEqual([]);
  });

  it('has every function of fs.promises', () => {
    expect(missing('promises', functionsOf(nodeFs.promises))).toEqual([]);
  });

  it('has every method of FileHandle', async () => {
    const handle = await nodeFs.promises.open('/dev/null');
    await handle.close();
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(handle)).filter(
      (name) => name !== 'constructor' && name !== 'fd',
    );
    expect(missing('FileHandle', names)).toEqual([]);
  });
});
