/**
 * Compat tests, disk: signals: aborted before, in the same turn, by what is being written, at an event of a stream, and
 * things that only look like a signal. Only moments at which a disk cannot have answered yet, or has for certain.
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';

const reason: v.Choose = (r) => r.pick(['', '', "new Error('why')", "'text'", 'null', 'undefined', '0']);

/** An object that passes for a signal, or nearly. */
const LOOKALIKES = [
  '{ aborted: true }',
  '{ aborted: false }',
  "{ aborted: true, reason: 'mine' }",
  '{ aborted: 1 }',
  'AbortSignal',
  'AbortSignal.prototype',
  'Object.create(AbortSignal.abort())',
  'AbortSignal.any([AbortSignal.abort()])',
  'AbortSignal.any([])',
  'new EventTarget()',
  'new AbortController()',
  'function () {}',
  'Symbol()',
];

/** The signal `c.signal` of a controller that the statement aborts. */
const users = (r: Prng, signal: string): string => {
  const path = v.plainPath(r);
  return r.pick([
    `fs.promises.readFile(${path}, { signal: ${signal} })`,
    `fs.promises.readFile(${path}, { signal: ${signal}, encoding: ${v.encoding(r)} })`,
    `fs.promises.writeFile(${path}, ${v.data(r)}, { signal: ${signal} })`,
    `fs.promises.appendFile(${path}, ${v.text(r)}, { signal: ${signal} })`,
    `promisify(fs.readFile)(${path}, { signal: ${signal} })`,
    `promisify(fs.writeFile)(${path}, ${v.data(r)}, { signal: ${signal} })`,
    `H[${r.below(2)}].readFile({ signal: ${signal} })`,
    `H[${r.below(2)}].writeFile(${v.text(r)}, { signal: ${signal} })`,
    `H[${r.below(2)}].appendFile(${v.text(r)}, { signal: ${signal} })`,
  ]);
};

const stream = (r: Prng, signal: string): string => {
  const path = v.plainPath(r);
  return r.pick([
    `drain(fs.createReadStream(${path}, { signal: ${signal} }))`,
    // Nothing that a disk may make or empty after the stream is over.
    `feed(fs.createWriteStream(${path}, { flags: 'r+', signal: ${signal} }), ['ab', 'cd'])`,
    `watchedUntil(fs.watch(${path}, { signal: ${signal} }))`,
    `firstOf(fs.promises.watch(${path}, { signal: ${signal} }))`,
  ]);
};

export const onAbort = (r: Prng): string => {
  const path = v.plainPath(r);
  switch (r.weighted({ already: 4, now: 5, lookalike: 4, iterable: 5, stream: 5, event: 5, watch: 3 })) {
    case 'already':
      return users(r, `AbortSignal.abort(${reason(r)})`);
    case 'now': {
      // What was written by then differs: a reader has nothing to leave behind.
      const made = r.pick([
        `fs.promises.readFile(${path}, { signal: c.signal })`,
        `promisify(fs.readFile)(${path}, { signal: c.signal })`,
        `fs.promises.readFile(${path}, { signal: c.signal, encoding: 'utf8', flag: ${v.flag(r)} })`,
      ]);
      return `(() => { const c = new AbortController(); const made = ${made}; c.abort(${reason(r)}); return made; })()`;
    }
    case 'lookalike':
      return r.chance(70) ? users(r, r.pick(LOOKALIKES)) : stream(r, r.pick(LOOKALIKES.slice(3)));
    case 'iterable': {
      const at = r.pick(['0', '1', '2']);
      const target = r.chance(70) ? path : `H[${r.below(2)}]`;
      const kind = r.pick(['aborting', 'abortingNow']);
      return `((c) => fs.promises.${r.pick(['writeFile', 'writeFile', 'appendFile'])}(${target}, ${kind}(c, ['ab', ${v.text(r)}, 'ef'], ${at}), { signal: c.signal }))(new AbortController())`;
    }
    case 'stream':
      return stream(r, `AbortSignal.abort(${reason(r)})`);
    case 'event': {
      const event = r.pick(['open', 'ready', 'data', 'end', 'finish', 'close']);
      const made = /data|end/.test(event)
        ? `drain(abortAt('${event}', c, fs.createReadStream(${path}, { signal: c.signal })))`
        : /finish/.test(event)
          ? `feed(abortAt('${event}', c, fs.createWriteStream(${path}, { signal: c.signal })), ['ab'])`
          : `drain(abortAt('${event}', c, fs.createReadStream(${path}, { signal: c.signal${r.chance(30) ? ', emitClose: false' : ''} })))`;
      return `((c) => ${made})(new AbortController())`;
    }
    default:
      return r.pick([
        `((c) => { const found = firstOf(fs.promises.watch(p('d'), { signal: c.signal })); c.abort(${reason(r)}); return found; })(new AbortController())`,
        `((c) => { const found = watchedUntil(fs.watch(p('d'), { signal: c.signal })); c.abort(${reason(r)}); return found; })(new AbortController())`,
        `((c) => { const found = collect(H[${r.below(2)}].readLines({ signal: c.signal })); c.abort(${reason(r)}); return found; })(new AbortController())`,
      ]);
  }
};
