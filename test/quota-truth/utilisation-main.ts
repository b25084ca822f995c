/** Quota truth: prints utilisation and memory per file (as many files as the argument says, default a million); exits 1 when a promise is broken. */
import { COLLECTION_AT_MOST, perFileMemory, utilisation } from './utilisation.js';

let broken = 0;
const verdict = (holds: boolean): string => {
  if (!holds) broken++;
  return holds ? '' : '  BROKEN';
};

for (const { what, share, atLeast } of utilisation()) {
  console.log(`${what.padEnd(32)} data ÷ quota ${share.toFixed(3)}, at least ${atLeast}${verdict(share >= atLeast)}`);
}
for (const { what, bytes, atMost, charged, collection } of await perFileMemory(Number(process.argv[2] ?? 1_000_000))) {
  const holds = bytes <= atMost && collection <= COLLECTION_AT_MOST;
  console.log(
    `${what.padEnd(32)} ${bytes.toFixed(0)} bytes, at most ${atMost}; charged ${charged.toFixed(0)}; collection ${collection.toFixed(0)} ms longer${verdict(holds)}`,
  );
}
process.exit(broken > 0 ? 1 : 0);
