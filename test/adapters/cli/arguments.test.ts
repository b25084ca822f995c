/** quotafs run: what its words mean. */
import { describe, expect, it } from 'vitest';
import { parseCommand, parseSize, UsageError } from '../../../src/adapters/cli/arguments.js';

describe('sizes', () => {
  it('are bytes, or have a unit of 1024 or of 1000', () => {
    const sizes = ['0', '1048576', '256MiB', '1.5k', '2 GiB', '64m', '500kB', '1GB', '3B', '1TiB'];
    expect(sizes.map(parseSize)).toEqual([
      ...[0, 1048576, 256 * 2 ** 20, 1536, 2 ** 31, 2 ** 26, 500_000, 1e9, 3, 2 ** 40],
    ]);
  });

  it('are refused when they are none', () => {
    for (const text of ['', 'x', '-1', '1e3', '5 parsecs', 'MiB', '0x10', '99999999TiB']) {
      expect(() => parseSize(text), text).toThrow(UsageError);
    }
  });
});

describe('the command', () => {
  const base = { name: 'run', lower: [], report: false, diff: false, quiet: false, strict: false };

  it('ends where the program begins', () => {
    const plain = { ...base, script: 'a.js', args: ['-x', '--report', '--', 'b'] };
    expect(parseCommand(['run', 'a.js', '-x', '--report', '--', 'b'])).toEqual(plain);
    expect(parseCommand(['run', '--', 'a.js', '-x', '--report', '--', 'b'])).toEqual(plain);
    expect(parseCommand(['run', '--strict', '--', '--odd.js'])).toEqual({
      ...base,
      ...{ strict: true, script: '--odd.js', args: [] },
    });
  });

  it('has these options', () => {
    const words = [
      '--max-quota',
      '1MiB',
      '--max-nodes=7',
      '--lower',
      'a',
      '--lower=b',
      '--export',
      'out',
      '--zip=x.zip',
    ];
    expect(parseCommand(['run', ...words, '--report', '--diff', 'tool', '--help'])).toEqual({
      ...base,
      ...{ maxQuota: 2 ** 20, maxNodes: 7, lower: ['a', 'b'], exportTo: 'out', zip: 'x.zip', report: true, diff: true },
      ...{ script: 'tool', args: ['--help'] },
    });
    for (const words of [['--help'], ['-h'], ['help'], ['run', '-h']])
      expect(parseCommand(words)).toEqual({ name: 'help' });
    for (const words of [['--version'], ['-v'], ['run', '-v']])
      expect(parseCommand(words)).toEqual({ name: 'version' });
  });

  it.each([['--max-quota', '--', 'script'], ['--zip']])('says in one line that a value is missing: %s', (...words) => {
    expect(() => parseCommand(['run', ...words])).toThrow(new UsageError(`${words[0]} wants a value`));
  });

  it('takes no value for none', () => {
    for (const words of [
      ['--export=', 'x'],
      ['--zip', '', 'x'],
      ['--lower=', 'x'],
      ['--report=yes', 'x'],
      ['--zip'],
      [''],
    ]) {
      expect(() => parseCommand(['run', ...words]), words.join(' ')).toThrow(UsageError);
    }
  });
});
