import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { unpatched } from '../../src/host/index.js';

const real = { ...fs };

afterEach(() => {
  Object.defineProperties(fs, {
    realpathSync: { value: real.realpathSync, writable: true, enumerable: true, configurable: true },
    statSync: { value: real.statSync, writable: true, enumerable: true, configurable: true },
  });
});

test('what is loaded is read by the functions of node:fs that were there at first, and then the others are back', () => {
  const fake = () => '/';
  const getter = { get: () => fake, enumerable: true, configurable: true };
  fs.realpathSync = fake as unknown as typeof fs.realpathSync;
  Object.defineProperty(fs, 'statSync', getter);
  expect(unpatched(() => [fs.realpathSync, fs.statSync])).toEqual([real.realpathSync, real.statSync]);
  expect(fs.realpathSync).toBe(fake);
  expect(Object.getOwnPropertyDescriptor(fs, 'statSync')).toMatchObject(getter);
});

test('a function that was taken away is away again, also when loading fails', () => {
  Reflect.deleteProperty(fs, 'realpathSync');
  expect(() =>
    unpatched(() => {
      expect(fs.realpathSync).toBe(real.realpathSync);
      throw new Error('no file');
    }),
  ).toThrow('no file');
  expect('realpathSync' in fs).toBe(false);
});

test('where nothing is patched nothing is touched', () => {
  const before = Object.getOwnPropertyDescriptors(fs);
  expect(unpatched(() => 7)).toBe(7);
  expect(Object.getOwnPropertyDescriptors(fs)).toEqual(before);
});
