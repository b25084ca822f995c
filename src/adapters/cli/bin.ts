#!/usr/bin/env node
/** Adapter, command line: the program `quotafs`. */
import { dirname, join } from 'node:path';
import { ownFs } from '../../host/index.js';
import { parseCommand, USAGE, UsageError } from './arguments.js';
import { prepareRun, tell } from './run.js';

/** Beside this file in the published package. */
const here = dirname(ownFs.realpathSync(process.argv[1]));

// An error of the program is Node's to show.
let start: (() => void) | undefined;
try {
  const command = parseCommand(process.argv.slice(2));
  if (command.name === 'help') process.stdout.write(USAGE);
  else if (command.name === 'version') {
    const { version } = JSON.parse(ownFs.readFileSync(join(here, '../package.json'), 'utf8')) as { version: string };
    process.stdout.write(`${version}\n`);
  } else start = prepareRun(command, join(here, 'guard.cjs'));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  tell(`quotafs: ${error.message}\n\n${USAGE.split('\n')[0]}\nquotafs --help says more.`);
  process.exitCode = 2;
}
start?.();
