/** Streams of unknown length into memory: the quota ends them in time, and the machine's memory is asked, too. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createFs, QuotaExceededError, quotaOf } from 'quotafs';

const MIB = 1024 * 1024;
const fs = createFs({
  maxQuota: 8 * MIB,
  // Before each growth: is so much memory left in this container or on this machine?
  memoryGuard: 'per-write',
  memoryGuardAction: 'raise',
});
quotaOf(fs).onPressure(0.5, ({ limit }) => console.log(`more than half of ${limit / MIB} MiB is used`));

/** A source that says nothing about its length. */
function* chunks(mebibytes: number): Generator<Buffer> {
  for (let i = 0; i < mebibytes * 16; i++) yield randomBytes(MIB / 16);
}

async function receive(name: string, mebibytes: number): Promise<string> {
  try {
    await pipeline(Readable.from(chunks(mebibytes)), fs.createWriteStream(name));
    return `${fs.statSync(name).size / MIB} MiB taken`;
  } catch (error) {
    if (!(error instanceof QuotaExceededError)) throw error;
    const kept = Math.floor(fs.statSync(name).size / MIB);
    fs.unlinkSync(name); // what came is still there, whole chunks of it; here it is of no use
    return `${error.code} after ${kept} MiB`;
  }
}

console.log(await receive('/small', 3));
console.log(await receive('/endless', 1000));
console.log(await receive('/next', 2));
console.log(fs.readdirSync('/').join(' '));
