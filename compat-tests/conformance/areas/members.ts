/**
 * Compat tests, conformance: members of the object that a program replaces (spies, tracers, a disk made to fail)
 * and whom Node's own functions call.
 */
import type { Area, Tools } from '../suite.js';

type Call = (...args: unknown[]) => unknown;

const SPIED = [
  ...['openSync', 'readSync', 'writeSync', 'fsyncSync', 'ftruncateSync', 'closeSync', 'writeFileSync'],
  ...['open', 'write', 'fsync', 'close', 'writeFile', 'access'],
];

/** Runs with other members in place, and puts the real ones back. */
const replaced = async (t: Tools, members: Record<string, Call>, run: () => unknown): Promise<unknown> => {
  const fs = t.loose();
  const saved = Object.fromEntries(Object.keys(members).map((name) => [name, fs[name]]));
  Object.assign(fs, members);
  try {
    return await t.attempt(run);
  } finally {
    Object.assign(fs, saved);
  }
};

/** The members that a call makes use of, with how many arguments, and what is in the files afterwards. */
const spied = async (t: Tools, name: string, args: unknown[]): Promise<unknown> => {
  t.fs.writeFileSync(t.p('f'), 'content');
  const calls: string[] = [];
  const members = Object.fromEntries(
    SPIED.map((each) => {
      const inner = t.loose()[each];
      const spy: Call = (...given) => {
        calls.push(`${each}/${given.length}`);
        return inner(...given);
      };
      return [each, spy];
    }),
  );
  const outcome = await replaced(t, members, () =>
    name.endsWith('Sync') ? t.loose()[name](...args) : t.cb((done) => t.loose()[name](...args, done)),
  );
  return [name, outcome, calls, await t.attempt(() => t.fs.readFileSync(t.p('f'), 'utf8'))];
};

const refuse: Call = () => {
  throw new Error('refused');
};

const area: Area = {
  'who is called': async (t) => {
    const forms: [string, unknown[]][] = [
      ['readFile', [t.p('f')]],
      ['readFile', [t.p('f'), 'utf8']],
      ['readFile', [t.p('f'), 'latin1']],
      ['readFile', [t.p('none')]],
      ['writeFile', [t.p('f'), 'text']],
      ['writeFile', [t.p('f'), 'text', 'latin1']],
      ['writeFile', [t.p('f'), Buffer.from('bytes')]],
      ['writeFile', [t.p('f'), Buffer.alloc(0)]],
      ['writeFile', [t.p('f'), 'text', { flush: true }]],
      ['writeFile', [t.p('f'), Buffer.from('bytes'), { flush: true, mode: 0o600 }]],
      ['writeFile', [t.p('f'), 'text', { flush: false }]],
      ['writeFile', [t.p('f'), 'text', { flush: 'x' }]],
      ['writeFile', [t.p('f'), Buffer.from('x'), { flag: 'wx' }]],
      ['writeFile', [t.p('none/x'), Buffer.from('bytes')]],
      ['writeFile', [t.p('f'), 1]],
      ['appendFile', [t.p('f'), 'text']],
      ['appendFile', [t.p('f'), Buffer.from('bytes'), { flush: true }]],
      ['exists', [t.p('f')]],
      ['exists', [t.p('none')]],
      ['exists', ['a\0b']],
    ];
    const outcomes: unknown[] = [];
    for (const [name, args] of forms) {
      outcomes.push(await spied(t, `${name}Sync`, args), await spied(t, name, args));
    }
    for (const length of [2, undefined]) {
      outcomes.push(await spied(t, 'truncateSync', [t.p('f'), length]), await spied(t, 'truncate', [t.p('f'), length]));
    }
    outcomes.push(await spied(t, 'truncate', [t.p('none'), 2]), await spied(t, 'truncate', [t.p('f'), -1]));
    return outcomes;
  },
  'a descriptor is closed when reading or writing fails': async (t) => {
    t.fs.writeFileSync(t.p('f'), 'content');
    const closed: unknown[] = [];
    const members = {
      openSync: () => 987_654,
      closeSync: (fd: unknown) => closed.push(fd),
      readSync: refuse,
      writeSync: refuse,
    };
    const { readFileSync, writeFileSync, appendFileSync } = t.loose();
    return [
      await replaced(t, members, () => readFileSync(t.p('f'))),
      await replaced(t, members, () => writeFileSync(t.p('f'), Buffer.from('x'))),
      await replaced(t, members, () => writeFileSync(t.p('f'), 'x', 'latin1')),
      await replaced(t, members, () => appendFileSync(t.p('f'), Buffer.from('x'))),
      closed,
      t.fs.readFileSync(t.p('f')),
    ];
  },
  'a write that takes a part is followed by another': async (t) => {
    const real = t.loose().writeSync;
    const sizes: unknown[] = [];
    const writeSync: Call = (fd, data, offset, length) => {
      sizes.push([offset, length]);
      return real(fd, data, offset, Math.min(length as number, 3));
    };
    return [
      await replaced(t, { writeSync }, () => t.fs.writeFileSync(t.p('f'), Buffer.from('12345678'))),
      sizes,
      t.fs.readFileSync(t.p('f')),
    ];
  },
  'descriptors in place of a path': async (t) => {
    t.fs.writeFileSync(t.p('g'), '0123456789');
    const fd = t.fs.openSync(t.p('g'), 'r+');
    const outcomes = [
      await spied(t, 'readFileSync', [fd]),
      await spied(t, 'writeFileSync', [fd, Buffer.from('sync')]),
      await spied(t, 'writeFile', [fd, 'later', { flush: true }]),
      await spied(t, 'appendFileSync', [fd, Buffer.from('more')]),
    ];
    t.fs.closeSync(fd);
    return [outcomes, t.fs.readFileSync(t.p('g'), 'utf8')];
  },
  'failures of the parts reach the callback': async (t) => {
    const fail: Call = (...args) => (args.at(-1) as Call)(new Error('refused'));
    const outcomes: unknown[] = [];
    for (const member of ['open', 'write', 'fsync', 'close']) {
      outcomes.push(
        member,
        await replaced(t, { [member]: fail }, () =>
          t.cb((done) => t.loose().writeFile(t.p('f'), 'x', { flush: true }, done)),
        ),
      );
    }
    return outcomes;
  },
};

export default area;
