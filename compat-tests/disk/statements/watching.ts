/**
 * Compat tests, disk: watchers and what they hear of several acts in turn, each given time; watchFile; and text streams
 * of Utf8Stream, which write when they please.
 */
import nodeFs from 'node:fs';
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';

const NAMES = ["'d/a'", "'d/b'", "'d/c'", "'d'", "'a'", "'d/a'"];

const act = (r: Prng): string => {
  const a = r.pick(NAMES);
  const b = r.pick(NAMES);
  return r.pick([
    `fs.writeFileSync(p(${a}), '')`,
    `fs.writeFileSync(p(${a}), 'text', { flag: 'wx' })`,
    `fs.appendFileSync(p(${a}), 'more')`,
    `fs.appendFileSync(p(${a}), '')`,
    `fs.truncateSync(p(${a}), ${r.pick(['0', '2', '9'])})`,
    `fs.chmodSync(p(${a}), 0o700)`,
    `fs.utimesSync(p(${a}), 1, 1)`,
    `fs.lutimesSync(p(${a}), 1, 1)`,
    `fs.chownSync(p(${a}), 0, 0)`,
    `fs.unlinkSync(p(${a}))`,
    `fs.rmSync(p(${a}), { recursive: true })`,
    `fs.rmdirSync(p(${a}))`,
    `fs.mkdirSync(p(${a}))`,
    `fs.mkdirSync(p(${a}) + '/x/y', { recursive: true })`,
    `fs.renameSync(p(${a}), p(${b}))`,
    `fs.renameSync(p(${a}), p('out'))`,
    `fs.renameSync(p('out'), p(${a}))`,
    `fs.linkSync(p(${a}), p(${b}))`,
    `fs.symlinkSync('nowhere', p(${a}))`,
    `fs.symlinkSync('a', p(${a}))`,
    `fs.readFileSync(p(${a}))`,
    `fs.readdirSync(p(${a})).length`,
    `fs.writeSync(S[0], 'by descriptor')`,
    `fs.ftruncateSync(S[0], 3)`,
    `fs.fchmodSync(S[0], 0o600)`,
    `fs.futimesSync(S[0], 1, 1)`,
    `fs.writeFileSync(bytes(0x64, 0x2f, 0xff), '')`,
  ]);
};

const acts = (r: Prng): string => Array.from({ length: 1 + r.below(3) }, () => `() => ${act(r)}`).join(', ');

const watch = (r: Prng): string => {
  const options = v.options(
    r,
    {
      encoding: (q) => q.pick(["'utf8'", "'buffer'", "'hex'", "'latin1'", "'nope'", 'null']),
      persistent: v.bool,
      recursive: (q) => q.pick(['false', 'undefined', '1', 'null']),
    },
    30,
  );
  const path = r.pick(["p('d')", "p('d')", "p('d/a')", "p('a')", "p('l')", "p('d/')", "url(p('d'))", "p('nowhere')"]);
  const how = r.pick(['watch', 'watch', 'promise', 'listen']);
  const call = `heard('${how}', ${path}, ${options}, [${acts(r)}])`;
  return r.chance(60)
    ? `(quietly(() => fs.mkdirSync(p('d'))), quietly(() => fs.writeFileSync(p('d/a'), 'x')), ${call})`
    : call;
};

const watchFile = (r: Prng): string => {
  const path = r.pick(["p('d/a')", "p('a')", "p('d')", "p('l')", "url(p('a'))", "Buffer.from(p('a'))"]);
  return `polled(${path}, { interval: 5, bigint: ${r.pick(['true', 'false', 'undefined'])}, persistent: ${r.pick(['true', 'false'])} }, () => ${act(r)})`;
};

const OPTIONS: Record<string, v.Choose> = {
  sync: (r) => r.pick(['true', 'true', 'false']),
  append: v.bool,
  minLength: (r) => r.pick(['0', '5', '100', '-1', "'x'"]),
  maxLength: (r) => r.pick(['0', '8', '50', '-1']),
  maxWrite: (r) => r.pick(['16384', '16385', '1', "'x'"]),
  contentMode: (r) => r.pick(["'utf8'", "'buffer'", "'x'"]),
  fsync: v.bool,
  mkdir: v.bool,
  mode: v.mode,
  // With a period Node's own timer throws, at some later time.
  periodicFlush: (r) => r.pick(['0', '-1', 'undefined']),
  retryEAGAIN: (r) => r.pick(['() => true', '1']),
};

/** Without flushSync, which may sleep for ever (seen on Node 24, of a stream that was opened again). */
const step = (r: Prng): string => {
  const text = v.text(r);
  return `(s) => ${r.pick([
    `s.write(${text})`,
    `s.write(${text})`,
    `s.write(${text})`,
    `s.write(${v.view(r)})`,
    'flushed(s)',
    's.end()',
    's.destroy()',
    `s.reopen(${v.plainPath(r)})`,
    's.reopen()',
    's[Symbol.dispose]()',
    '[s.writing, s.minLength, s.maxLength, s.append, s.mode, s.sync, s.fsync, s.mkdir, s.contentMode]',
    's.fd > 2',
    's.file',
  ])}`;
};

const utf8 = (r: Prng): string => {
  if (!('Utf8Stream' in nodeFs)) return 'tree()';
  const target = r.chance(80) ? `dest: ${v.plainPath(r)}` : `fd: take(${r.below(2)})`;
  const options = v.options(r, OPTIONS, 22);
  const given = options.startsWith('{ ') ? `{ ${target}, ${options.slice(2)}` : `{ ${target} }`;
  const steps = Array.from({ length: 1 + r.below(5) }, () => step(r));
  return `utf8(${given}, [${steps.join(', ')}])`;
};

export const onWatch = (r: Prng): string => {
  switch (r.weighted({ watch: 5, watchFile: 1, utf8: 5 })) {
    case 'watch':
      return watch(r);
    case 'watchFile':
      return watchFile(r);
    default:
      return utf8(r);
  }
};
