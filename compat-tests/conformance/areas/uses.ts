/** Compat tests, conformance: what programs do with `fs` that no reference says, each case named after what went wrong. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Area } from '../suite.js';

const uses: Area = {
  'createReadStream and createWriteStream are called with new': async ({ fs, p }) => {
    const writer = Reflect.construct(fs.createWriteStream, [p('f')]) as ReturnType<typeof fs.createWriteStream>;
    await new Promise((done) => writer.end('text', () => done(undefined)));
    const reader = Reflect.construct(fs.createReadStream, [p('f'), { encoding: 'utf8' }]) as Readable;
    return [await reader.toArray(), writer instanceof fs.WriteStream];
  },
  'positions of reads reach to the last of 63 bits': ({ fs, p, all }) => {
    fs.writeFileSync(p('f'), 'text');
    const fd = fs.openSync(p('f'), 'r');
    const last = 2n ** 63n - 1n;
    const at = [last, last - 4n, last - 5n, last - 6n, last - 2000n, 2n ** 62n, 2n ** 53n, -1n, -2n, last + 1n];
    const read = (position: bigint) => () => fs.readSync(fd, Buffer.alloc(5), 0, 5, position);
    return all(...at.map(read), () => fs.closeSync(fd));
  },
  'a writeFile in pieces sees an abort that comes while the file is opened': async ({ fs, p, attempt }) => {
    const stop = new AbortController();
    process.nextTick(() => stop.abort());
    const source = Readable.from(['one', 'two']);
    const outcome = await attempt(() => fs.promises.writeFile(p('f'), source, { signal: stop.signal }));
    return [outcome, fs.readFileSync(p('f'), 'utf8')];
  },
  'a writeFile of endless pieces leaves timers their turn': async ({ fs, p, attempt }) => {
    async function* endless(): AsyncGenerator<string> {
      for (;;) yield 'x';
    }
    const stop = new AbortController();
    const timer = delay(20).then(() => stop.abort());
    const outcome = await attempt(() => fs.promises.writeFile(p('f'), endless(), { signal: stop.signal }));
    await timer;
    const file = await fs.promises.open(p('g'), 'w');
    const again = AbortSignal.timeout(20);
    const through = await attempt(() => file.writeFile(endless(), { signal: again }));
    await file.close();
    return [outcome, through, fs.statSync(p('f')).size > 0, fs.statSync(p('g')).size > 0];
  },
  'the prototype of Dir is looked through, as inspectors do': async ({ fs, dir, attempt }) => {
    const open = fs.opendirSync(dir);
    const prototype: object = Object.getPrototypeOf(open);
    const outcome = await attempt(() => Reflect.get(prototype, 'path'));
    open.closeSync();
    return outcome;
  },
  'readFile tells its callback that a file is too large, in every encoding': async ({ fs, p, cb, attempt }) => {
    fs.writeFileSync(p('f'), '0');
    fs.truncateSync(p('f'), 2 ** 31);
    const outcomes: unknown[] = [];
    for (const encoding of [null, 'utf8', 'latin1'] as const) {
      outcomes.push(await attempt(() => cb((done) => fs.readFile(p('f'), encoding, done))));
      outcomes.push(await attempt(() => fs.promises.readFile(p('f'), encoding)));
      const fd = fs.openSync(p('f'), 'r');
      outcomes.push(await attempt(() => cb((done) => fs.readFile(fd, encoding, done))));
      fs.closeSync(fd);
      if (encoding !== 'utf8') outcomes.push(await attempt(() => fs.readFileSync(p('f'), { encoding })));
    }
    return outcomes;
  },
};

export default uses;
