/**
 * Is the model right? The same random calls on the model and on the real file
 * system, as root and as another user where the tests run as root, else as
 * whoever runs them. What the model says here is what it later demands of the
 * engine.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { effort, seeds } from '../helpers/prng.js';
import { DiskSubject } from './model/disk-subject.js';
import type { Profile } from './model/generator.js';
import { COPYFILE_ATTRIBUTES, Model } from './model/model.js';
import type { ModelOptions } from './model/model-inode.js';
import { modelPaths } from './model/model-snapshot.js';
import { type Pair, runRandom } from './model/runner.js';

const SECOND = 1_000_000_000n;
const isRoot = process.getuid?.() === 0;
let base = '';
let count = 0;

beforeAll(() => {
  process.umask(0o022);
  base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'quotafs-model-')));
  fs.chmodSync(base, 0o755);
});

afterAll(() => {
  fs.rmSync(base, { recursive: true, force: true });
});

const readSetting = (name: string): string => {
  const file = `/proc/sys/fs/${name}`;
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '0';
};

interface User {
  uid: number;
  gid: number;
}

const self: User = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

function optionsFor(user: User, now: () => bigint): ModelOptions {
  const groups = user === self ? (process.getgroups?.() ?? []) : [user.gid];
  return {
    ...user,
    groups,
    umask: 0o022,
    now,
    pathLimit: 4096 - base.length - 8,
    jail: true,
    mkdirpLeavesParts: true,
    protectedHardlinks: readSetting('protected_hardlinks') === '1',
  };
}

const NOT_IN_NODE: Profile['without'] = ['seek', 'truncate', 'removeTree', 'copyTree', 'fsync'];

/**
 * Node has no lseek, its truncate is ftruncate, and a real fsync takes its time. As another user, access(2)
 * asks about the real uid, which stays root's, and realpath(3) skips the search
 * permission of a directory that it leaves by '..'.
 */
/** Files of several owners in a directory open to all. */
const SEVERAL: User = { uid: 0, gid: 0 };
const USERS = [self, { uid: 1000, gid: 1000 }, { uid: 1001, gid: 1001 }, { uid: 1002, gid: 1000 }];
/** Hardened systems let nobody follow links or open files of others in sticky directories; the model knows only POSIX. */
const isHardened = ['protected_symlinks', 'protected_regular'].some((name) => readSetting(name) !== '0');

const profile = (user: User): Profile => ({
  without: user === self ? NOT_IN_NODE : [...NOT_IN_NODE, 'access', 'realpath'],
  large: false,
  pathLimit: 4096 - base.length - 8,
  users: user === SEVERAL ? USERS : [],
  sticky: !isHardened,
  copyAttributes: [Number(process.versions.uv.split('.')[1]) >= 49 ? COPYFILE_ATTRIBUTES : 0],
  fractions: [0, 500_000_000],
  ids: isRoot && user.uid === 0 ? [0, 1000, 1001] : [user.uid, user.gid, 0],
});

/** The directory's name has a fixed length, so that path limits are the same each time. */
function freshRoot(user: User): string {
  const root = `${base}/${String(count++).padStart(7, '0')}`;
  fs.mkdirSync(root, 0o755);
  if (user === SEVERAL) fs.chmodSync(root, 0o777);
  fs.chownSync(root, user.uid, user.gid);
  return root;
}

function compareTree(model: Model, disk: DiskSubject): string | undefined {
  const firstPath = new Map<bigint, string>();
  const modelFirst = new Map<number, string>();
  for (const { path: at, inode } of modelPaths(model)) {
    const real = Buffer.from(disk.root + at, 'latin1');
    const stat = fs.lstatSync(real, { bigint: true });
    if (!firstPath.has(stat.ino)) firstPath.set(stat.ino, at);
    if (!modelFirst.has(inode.id)) modelFirst.set(inode.id, at);
    if (firstPath.get(stat.ino) !== modelFirst.get(inode.id)) return `${at}: hard links differ`;
    if (stat.isFile() && !fs.readFileSync(real).equals(inode.data)) return `${at}: contents differ`;
    if (!stat.isDirectory()) continue;
    const names = fs.readdirSync(real, 'latin1').sort().join('/');
    const expected = [...inode.entries.keys()].sort().join('/');
    if (names !== expected) return `${at}: has ${names}, expected ${expected}`;
  }
  return undefined;
}

function makePair(user: User): Pair {
  let now = BigInt(Date.now()) * 1_000_000n;
  const root = freshRoot(user);
  const model = Model.create(optionsFor(user, () => now));
  if (user === SEVERAL) model.root.mode = 0o777;
  const subject = new DiskSubject(root, user === self ? undefined : user);
  return {
    model,
    subject,
    before: () => {
      now += SECOND;
    },
    finish: () => compareTree(model, subject),
    dispose: () => {
      subject.closeAll();
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The kernel's clock moves in ticks of up to 10 ms. */
const TICK_MS = 16;
const SLACK = 11_000_000n;
const sleep = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
};

/** As makePair, with one tick per call, so that each time says which call set it. */
function makeTimedPair(user: User): Pair {
  const pair = makePair(user);
  const model = pair.model as Model;
  const disk = pair.subject as DiskSubject;
  const base = model.root.birthtime;
  const starts = [base - SLACK];
  const modelTime = (time: bigint): string => {
    const call = (time - base) / SECOND;
    return call >= 0n && call < BigInt(starts.length) ? `call ${call}` : String(time);
  };
  const diskTime = (time: bigint): string => {
    if (time < (starts[0] as bigint) || time > base + SECOND * 1_000_000n) return String(time);
    return `call ${starts.findLastIndex((start) => start <= time)}`;
  };
  return {
    ...pair,
    before: (index) => {
      sleep(TICK_MS);
      starts.push(BigInt(Date.now()) * 1_000_000n - SLACK);
      pair.before?.(index);
    },
    after: () => {
      for (const { path: at, inode } of modelPaths(model)) {
        const stat = fs.lstatSync(disk.path(at), { bigint: true });
        const actual = [stat.atimeNs, stat.mtimeNs, stat.ctimeNs].map(diskTime).join(', ');
        const expected = [inode.atime, inode.mtime, inode.ctime].map(modelTime).join(', ');
        if (actual !== expected) return `times of ${at}: expected ${expected}\n     got ${actual}`;
      }
      return undefined;
    },
  };
}

for (const seed of seeds(20_001)) {
  const run = (makeOne: () => Pair, user: User, sequences: number): void => {
    const calls = runRandom(makeOne, { seed, sequences, length: 30, profile: () => profile(user) });
    expect(calls).toBeGreaterThan(0);
  };
  const other = { uid: 1000, gid: 1000 };
  const limit = 60_000 * effort;

  it(`agrees with the disk on results, errors and the final tree (seed ${seed})`, { timeout: limit }, () => {
    run(() => makePair(self), self, 150 * effort);
  });

  it(`agrees with the disk on every time after every call (seed ${seed})`, { timeout: limit }, () => {
    run(() => makeTimedPair(self), self, 8 * effort);
  });

  it.runIf(isRoot)(`agrees with the disk as another user (seed ${seed})`, { timeout: limit }, () => {
    run(() => makePair(other), other, 100 * effort);
  });

  it.runIf(isRoot)(`agrees with the disk as several users (seed ${seed})`, { timeout: limit }, () => {
    run(() => makePair(SEVERAL), SEVERAL, 100 * effort);
  });
}
