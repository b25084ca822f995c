/**
 * The engine against the naive model: random sequences of calls, every result
 * and errno compared, the volume's own fsck after each call, the whole tree
 * with all times at the end, and nothing charged when everything is gone.
 */
import { expect, it } from 'vitest';
import { createVolume, type StoragePolicy, type VolumeOptions } from '../../src/core/index.js';
import { effort, seeds } from '../helpers/prng.js';
import { type NodeSnapshot, snapshot } from '../helpers/snapshot.js';
import { EngineSubject } from './model/engine-subject.js';
import type { Profile } from './model/generator.js';
import { COPYFILE_ATTRIBUTES, Model } from './model/model.js';
import { modelSnapshot } from './model/model-snapshot.js';
import { type Pair, runRandom } from './model/runner.js';

const START_MS = 1_700_000_000_000;
const UMASK = 0o022;

interface Setup {
  uid: number;
  gid: number;
  groups: readonly number[];
  policy: StoragePolicy;
  /** A quota so small that calls are refused now and then. */
  maxQuota?: number;
}

function makePair(setup: Setup): Pair {
  let milliseconds = START_MS;
  const options: VolumeOptions = {
    uid: setup.uid,
    gid: setup.gid,
    groups: setup.groups,
    umask: () => UMASK,
    clock: () => milliseconds,
    defaultStorage: setup.policy,
    maxQuota: setup.maxQuota,
  };
  const engine = createVolume(options);
  const subject = new EngineSubject(engine);
  const model = Model.create({
    ...setup,
    umask: UMASK,
    now: () => BigInt(milliseconds) * 1_000_000n,
    pathLimit: 4096,
    jail: false,
    mkdirpLeavesParts: false,
    protectedHardlinks: true,
  });
  const [root] = snapshot(engine).nodes as [NodeSnapshot];
  model.root.mode = root.mode;
  const empty = engine.usage().used;
  let changes = engine.changes;
  return {
    model,
    subject,
    mayRunFull: setup.maxQuota !== undefined,
    before: () => {
      milliseconds += 7;
    },
    after: (_index, failed) => {
      if (failed && engine.changes !== changes) return 'a refused call counted as a change';
      changes = engine.changes;
      const report = engine.audit();
      if (report.ok && report.used === report.recomputed) return undefined;
      return `audit: used ${report.used}, recomputed ${report.recomputed}\n${report.problems.join('\n')}`;
    },
    finish: () => {
      subject.become(0, 0);
      const generations = compareGenerations(model, subject);
      if (generations !== undefined) return generations;
      const expected = modelSnapshot(model);
      const actual = snapshot(engine, { force: true }).nodes;
      // A refused call may have followed links on its way, and a link's access time tells so.
      if (setup.maxQuota !== undefined) for (const node of [...expected, ...actual]) forgetAccess(node);
      return compareNodes(expected, actual) ?? emptied(subject, empty);
    },
  };
}

function compareGenerations(model: Model, { engine, slots }: EngineSubject): string | undefined {
  for (const [slot, { inode }] of model.slots) {
    if (inode.type !== 'file') continue;
    const actual = engine.generation(engine.inodeOf(slots.get(slot) as number));
    if (actual !== inode.generation) return `slot ${slot}: generation ${actual}, expected ${inode.generation}`;
  }
  return undefined;
}

function forgetAccess(node: NodeSnapshot): void {
  if (node.type === 'symlink') node.atime = '';
}

function compareNodes(expected: NodeSnapshot[], actual: NodeSnapshot[]): string | undefined {
  const describe = (nodes: NodeSnapshot[]): string[] => nodes.map((node) => JSON.stringify(node));
  const wanted = describe(expected);
  const found = describe(actual);
  const at = wanted.findIndex((line, index) => line !== found[index]);
  if (at === -1 && wanted.length === found.length) return undefined;
  return `the trees differ\nexpected ${wanted[at]}\n     got ${found[at === -1 ? wanted.length : at]}`;
}

/** Removing and closing everything gives every byte back. */
function emptied(subject: EngineSubject, empty: number): string | undefined {
  const { engine } = subject;
  subject.closeAll();
  for (const name of engine.readdir('/')) engine.removeTree(`/${name}`);
  const report = engine.audit();
  if (!report.ok) return `audit of the emptied volume: ${report.problems.join('\n')}`;
  const { used } = engine.usage();
  return used <= empty ? undefined : `an emptied volume uses ${used} bytes, a fresh one ${empty}`;
}

const ROOT = { uid: 0, gid: 0, groups: [] };
const USER = { uid: 1000, gid: 1000, groups: [1001] };

const USERS = [ROOT, USER, { uid: 1001, gid: 1001 }, { uid: 1002, gid: 1000 }];

const profile = (ids: readonly number[], large: boolean, users: Profile['users']) => (): Profile => ({
  without: [],
  large,
  users,
  sticky: true,
  pathLimit: 4096,
  copyAttributes: [0, COPYFILE_ATTRIBUTES],
  fractions: [0, 1, 999_999_999, 123_456_789, 500_000_000],
  ids,
});

const RUNS: { title: string; setup: Setup; large: boolean; sequences: number; users?: Profile['users'] }[] = [
  { title: 'as root, small files', setup: { ...ROOT, policy: 'auto' }, large: false, sequences: 2500 },
  { title: 'as another user, small files', setup: { ...USER, policy: 'auto' }, large: false, sequences: 2500 },
  { title: 'as several users', setup: { ...ROOT, policy: 'auto' }, large: false, sequences: 2000, users: USERS },
  { title: 'random access, small files', setup: { ...ROOT, policy: 'random-access' }, large: false, sequences: 1000 },
  { title: 'files of several pages', setup: { ...ROOT, policy: 'auto' }, large: true, sequences: 700 },
  { title: 'random access, several pages', setup: { ...USER, policy: 'random-access' }, large: true, sequences: 300 },
  ...[800, 1500, 4000].map((maxQuota) => ({
    title: `in ${maxQuota} bytes`,
    setup: { ...ROOT, policy: 'auto' as const, maxQuota },
    large: false,
    sequences: 700,
  })),
  {
    title: 'several pages in 120,000 bytes',
    setup: { ...ROOT, policy: 'auto', maxQuota: 120_000 },
    large: true,
    sequences: 300,
  },
];

for (const seed of seeds(1)) {
  it.each(RUNS)(`agrees with the model: $title (seed ${seed})`, { timeout: 120_000 * effort }, (run) => {
    const ids = run.setup.uid === 0 ? [0, 1000, 1001] : [1000, 1001, 0];
    const calls = runRandom(() => makePair(run.setup), {
      seed: seed * 1_000_000,
      sequences: run.sequences * effort,
      length: 30,
      profile: profile(ids, run.large, run.users ?? []),
    });
    expect(calls).toBeGreaterThan(run.sequences * 25);
  });
}
