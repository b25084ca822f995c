/** Errors by their names: the engine's numbers are Linux's, those of an error are the running system's. */
import { spawnSync } from 'node:child_process';
import { getSystemErrorMap } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as core from '../../src/core/index.js';
import { describeErrno, refusalError, systemError, systemErrorsOf } from '../../src/host/index.js';

const errnos = Object.entries(core).flatMap(([name, value]): [string, number][] =>
  /^E[A-Z]+$/.test(name) && typeof value === 'number' ? [[name, value]] : [],
);

/** The running Node, and those that QUOTAFS_NODE_<major> names. */
const nodes = [
  process.execPath,
  ...['20', '22', '24', '26'].map((major) => process.env[`QUOTAFS_NODE_${major}`]),
].filter((path) => path !== undefined);

/** What `util.getSystemErrorMap()` has on other systems, in part. */
const windows = new Map([
  [-4058, ['ENOENT', 'no such file or directory']],
  [-4051, ['ENOTEMPTY', 'directory not empty']],
  [-4055, ['ENOSPC', 'no space left on device']],
  [-4049, ['ENOTSUP', 'operation not supported on socket']],
]);
const macos = new Map([
  [-2, ['ENOENT', 'no such file or directory']],
  [-39, ['EDESTADDRREQ', 'destination address required']],
  [-40, ['EMSGSIZE', 'message too long']],
  [-62, ['ELOOP', 'too many symbolic links encountered']],
  [-66, ['ENOTEMPTY', 'directory not empty']],
]);

describe('every errno of the engine', () => {
  it.each(errnos)('%s has its name and words', (name, errno) => {
    expect(describeErrno(errno)[0]).toBe(name);
    expect(systemError(errno).code).toBe(name);
    expect(systemError(errno).text).not.toBe('unknown error');
  });

  it.runIf(process.platform === 'linux').each(nodes)('is what %s has for it', (path) => {
    const script = 'process.stdout.write(JSON.stringify([...require("node:util").getSystemErrorMap()]))';
    const { stdout } = spawnSync(path, ['-e', script], { encoding: 'utf8' });
    const theirs = new Map<number, [string, string]>(JSON.parse(stdout));
    const lookup = systemErrorsOf(theirs);
    for (const [name, errno] of errnos) {
      const [code, text] = theirs.get(-errno) ?? [];
      expect(lookup(errno)).toEqual({ errno: -errno, code, text });
      // The words of the table are Node's, but for one that speaks of sockets.
      expect(describeErrno(errno)).toEqual([name, name === 'ENOTSUP' ? 'operation not supported' : text]);
    }
  });

  it('is in the running map by the number that is given', () => {
    const map = getSystemErrorMap();
    for (const [, errno] of errnos) {
      const { errno: number, code, text } = systemError(errno);
      expect(map.get(number)).toEqual([code, text]);
    }
  });
});

describe('off Linux', () => {
  it.each([
    ['Windows', windows, core.ENOENT, -4058, 'ENOENT'],
    ['Windows', windows, core.ENOTEMPTY, -4051, 'ENOTEMPTY'],
    ['Windows', windows, core.ENOTSUP, -4049, 'ENOTSUP'],
    ['macOS', macos, core.ENOENT, -2, 'ENOENT'],
    ['macOS', macos, core.ENOTEMPTY, -66, 'ENOTEMPTY'],
    ['macOS', macos, core.ELOOP, -62, 'ELOOP'],
  ])('%s gives its own number', (_, map, errno, number, code) => {
    expect(systemErrorsOf(map)(errno)).toMatchObject({ errno: number, code });
  });

  it('an error that the system has not keeps its name and number', () => {
    expect(systemErrorsOf(macos)(core.EXDEV)).toEqual({
      errno: -18,
      code: 'EXDEV',
      text: 'cross-device link not permitted',
    });
  });
});

it('a number that no volume gives is unknown', () => {
  expect(systemError(4000)).toEqual({ errno: -4000, code: 'UNKNOWN', text: 'unknown error' });
  expect(describeErrno(4000)).toEqual(['UNKNOWN', 'unknown error 4000']);
});

it('a refusal is of its class, with the number of the system', () => {
  const bytes = refusalError('full', new core.QuotaFault('bytes', 3, 2, 10), { syscall: 'write' });
  expect(bytes).toMatchObject({ name: 'QuotaExceededError', code: 'ENOSPC', syscall: 'write', requested: 3 });
  expect(getSystemErrorMap().get(bytes.errno)?.[0]).toBe('ENOSPC');
  expect(refusalError('full', new core.QuotaFault('nodes', 1, 0, 5), {})).toBeInstanceOf(core.NodeLimitExceededError);
});
