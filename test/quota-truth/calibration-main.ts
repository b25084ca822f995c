/** Quota truth: prints the calibration as a table, or as JSON with --json; exits 1 when a price is too low. */
import { calibrate, isUnderpriced } from './calibration.js';

const rows = await calibrate();
if (process.argv.includes('--json')) {
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
