/** The edge: faults become errors with Node's names; test/host/system-errors.test.ts has the names. */
import { describe, expect, it } from 'vitest';
import * as core from '../../src/core/index.js';
import { atEdge, invalidType, toError } from '../../src/mfs/errors.js';

describe('the edge', () => {
  it('an unknown one is said to be so', () => {
    expect(toError(new core.Fault(4095), 'stat', '/f')).toMatchObject({
      code: 'UNKNOWN',
      errno: -4095,
      message: "UNKNOWN: unknown error 4095, stat '/f'",
    });
  });

  it('what is no fault passes through', () => {
    const error = new Error('mine');
    expect(() =>
      atEdge('stat', () => {
        throw error;
      }),
    ).toThrow(error);
  });

  it('describes what was given', () => {
    const given = [1n, Symbol('s'), () => 1, null, undefined, [], Object.create(null), new Map(), 'x'];
    expect(given.map((value) => invalidType('a', 'b', value).message.replace('a must be b, not ', ''))).toEqual([
      '1',
      'Symbol(s)',
      'a function',
      'null',
      'undefined',
      'an object (Array)',
      'an object (null prototype)',
      'an object (Map)',
      '"x"',
    ]);
  });
});
