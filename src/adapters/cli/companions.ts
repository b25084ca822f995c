/**
 * Adapter, command line: what a program starts beside itself. Its threads and
 * processes have a `node:fs` of their own, which the memory is not under.
 * Invariant: where that is Node it gets a disk that cannot be written; any other
 * program is announced, for it reaches the disk.
 */
import childProcess from 'node:child_process';
import nodeModule from 'node:module';
import { basename } from 'node:path';
import workerThreads from 'node:worker_threads';

interface CompanionRules {
  /** Path of the program that is loaded before anything else in a thread or process. */
  readonly guard: string;
  /** Refuses all of them. */
  readonly strict: boolean;
  /** Tells the user, once for each text. */
  readonly warn: (text: string) => void;
}

type Options = Record<string, unknown>;
type Call = (...args: unknown[]) => unknown;

const ENV = 'NODE_OPTIONS';

function refused(what: string): Error {
  const error = new Error(`${what} is refused: it would not write to memory (quotafs run --strict)`);
  return Object.assign(error, { code: 'ERR_QUOTAFS_STRICT' });
}

/** Puts the rules under `worker_threads` and `child_process`. */
export function holdCompanions(rules: CompanionRules): void {
  holdWorkers(rules);
  holdProcesses(rules);
  nodeModule.syncBuiltinESMExports();
}

function holdWorkers({ guard, strict, warn }: CompanionRules): void {
  const { Worker } = workerThreads;
  class HeldWorker extends Worker {
    constructor(file: string | URL, options: workerThreads.WorkerOptions = {}) {
      if (strict) throw refused('A worker thread');
      warn('a worker thread sees the disk as it is, and cannot write');
      const execArgv = ['--require', guard, ...(options.execArgv ?? process.execArgv)];
      super(file, { ...options, execArgv });
    }
  }
  Object.defineProperty(HeldWorker, 'name', { value: 'Worker' });
  workerThreads.Worker = HeldWorker;
}

function holdProcesses({ guard, strict, warn }: CompanionRules): void {
  const required = `--require ${JSON.stringify(guard)}`;
  const announce = (file: unknown): void => {
    const name = basename(String(file)) || String(file);
    if (strict) throw refused(`The child process ${name}`);
    const held = name === basename(process.execPath) ? 'cannot write' : 'may write to it';
    warn(`the child process ${name} sees the disk as it is, and ${held}`);
  };
  const withGuard = (value: string | undefined): string => (value ? `${required} ${value}` : required);

  // All asynchronous forms, `fork` and `cluster` among them, end here.
  const prototype = childProcess.ChildProcess.prototype as unknown as { spawn: Call };
  const { spawn } = prototype;
  prototype.spawn = function (this: unknown, given: unknown) {
    const options = given as Options & { envPairs?: string[] };
    announce(options.file);
    const pairs = options.envPairs ?? [];
    const before = pairs.find((pair) => pair.startsWith(`${ENV}=`));
    const envPairs = pairs.filter((pair) => pair !== before);
    envPairs.push(`${ENV}=${withGuard(before?.slice(ENV.length + 1))}`);
    return spawn.call(this, { ...options, envPairs });
  };

  const calls = childProcess as unknown as Record<string, Call>;
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
    const native = calls[name];
    calls[name] = function (this: unknown, file, ...rest) {
      announce(name === 'execSync' ? String(file).trim().split(/\s/)[0] : file);
      // Between the file and the options there may be a list of arguments.
      const hasList = name !== 'execSync' && (Array.isArray(rest[0]) || rest.length > 1);
      const options = (rest[hasList ? 1 : 0] ?? {}) as Options & { env?: NodeJS.ProcessEnv };
      if (typeof options !== 'object') return native.call(this, file, ...rest);
      const env = { ...(options.env ?? process.env) };
      env[ENV] = withGuard(env[ENV]);
      return native.call(this, file, ...(hasList ? [rest[0]] : []), { ...options, env });
    };
    Object.defineProperty(calls[name], 'name', { value: name });
  }
}
