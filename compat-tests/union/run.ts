/**
 * Compat tests, union: the command `npm run compat:union -- --programs N`.
 * Random programs over `mountOver(realFs, ours)`; after each the disk is
 * compared with what it was, and no call may have reached it that could change it.
 *
 *   --programs N  (default 2000)   --start S  first seed (default 1)   --steps N  calls per program (40)
 */
import { parseArgs } from 'node:util';
import { runPrograms } from './programs.js';

const { values: flags } = parseArgs({
  options: {
    programs: { type: 'string', default: '2000' },
    start: { type: 'string', default: '1' },
    steps: { type: 'string', default: '40' },
  },
});
const first = Number(flags.start);
const report = await runPrograms(first, Number(flags.programs), Number(flags.steps));
const counts = [...report.counts].sort(([, one], [, other]) => other - one);
console.log(counts.map(([name, count]) => `${name} ${count}`).join(', '));
for (const failure of report.failures) console.log(`\n── ${failure}`);
console.log(
  `\nseeds ${first}–${first + report.programs - 1}: ${report.failures.length} failures, Node ${process.version}`,
);
process.exitCode = report.failures.length === 0 ? 0 : 1;
