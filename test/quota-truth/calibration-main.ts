/** Quota truth: prints the calibration as a table, or a quarter of it as JSON with --json; exits 1 when a price is too low. */
import { calibrate, isUnderpriced } from './calibration.js';

const quick = process.argv.includes('--json');
const rows = await calibrate(quick ? 0.25 : 1);
if (quick) {
  console.log(JSON.stringify(rows));
} else {
  for (const row of rows) {
    const mark = isUnderpriced(row) ? '  TOO LOW' : '';
    console.log(
      `${row.structure.padEnd(46)} ${row.measured.toFixed(1).padStart(10)} measured ${row.price.toFixed(1).padStart(10)} billed${mark}`,
    );
  }
}
process.exit(rows.some(isUnderpriced) ? 1 : 0);
