/**
 * Compat tests, overlay: the command `npm run compat:overlay -- --seeds 2000`.
 *
 *   --seeds N  programs (default 200)    --start S  first seed (1)
 *   --ops N    statements each (60)      --sync     synchronous calls only
 *   --quota N  bytes; with it outcomes may be refused, and only the disk and the audit are checked
 *   --keep-going  one report per kind of divergence
 */
import { parseArgs } from 'node:util';
import { Prng } from '../disk/prng.js';
import { print, shrink } from '../disk/shrink.js';
import { loadOurs, real } from '../targets.js';
import { makeOverlayProgram, OverlayBench, problemsIn } from './bench.js';

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    start: { type: 'string', default: '1' },
    ops: { type: 'string', default: '60' },
    sync: { type: 'boolean', default: false },
    quota: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
  },
});

const main = async (): Promise<number> => {
  const bench = flags.quota === undefined ? new OverlayBench() : new OverlayBench(Number(flags.quota));
  const known = new Set<string>();
  const first = Number(flags.start);
  const count = Number(flags.seeds);
  const ours = await loadOurs();
  let divergent = 0;
  let shared = 0;
  for (let seed = first; seed < first + count; seed++) {
    const program = makeOverlayProgram(new Prng(seed), Number(flags.ops), flags.sync ? 'sync' : 'all');
    if (flags.quota !== undefined) {
      const problems = problemsIn(await bench.run(program, bench.target));
      if (problems === '') continue;
      divergent++;
      console.log(`\n── seed ${seed}\n${problems}`);
    } else {
      const found = await bench.compare(program, real, bench.target, known);
      if (!found) continue;
      // What a plain volume does too is the business of `npm run compat`.
      const plain = await bench.compare(program, real, ours);
      if (plain?.at === found.at && plain.right === found.right) {
        shared++;
        // The disk and the bill are our business all the same.
        const problems = problemsIn(await bench.run(program, bench.target));
        if (problems === '') continue;
        divergent++;
        console.log(`\n── seed ${seed}\n${problems}`);
        continue;
      }
      divergent++;
      const [small, again] = await shrink(bench, program, found, real, bench.target);
      known.add(found.kind).add(again.kind);
      console.log(`\n── seed ${seed} (${small.length} statements)\n${print(small, again, real, bench.target)}`);
    }
    if (!flags['keep-going']) break;
  }
  console.log(
    `\nseeds ${first}–${first + count - 1}: ${divergent} divergent (${shared} more as on a plain volume), ${bench.refusals} refusals, Node ${process.version}`,
  );
  bench.close();
  return divergent;
};

process.removeAllListeners('warning');
process.exitCode = await main().then(
  (failed) => (failed > 0 ? 1 : 0),
  (error: unknown) => {
    console.error(error);
    return 2;
  },
);
