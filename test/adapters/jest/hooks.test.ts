/** quotafs/jest: on the global hooks of a runner, which are Vitest's here. */
import fs from 'node:fs';
import { useVolume, withVolume } from 'quotafs/jest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('useVolume', () => {
  it('says when there are no global hooks', () => {
    expect(() => useVolume()).toThrow('There is no global beforeEach');
  });

  describe('on global hooks', () => {
    Object.assign(globalThis, { beforeEach, afterEach });
    const memory = useVolume({
      at: '/app',
      maxQuota: 50_000,
      files: { 'a/b': 'text', 'c/': {}, d: null, e: undefined },
    });
    Reflect.deleteProperty(globalThis, 'beforeEach');
    Reflect.deleteProperty(globalThis, 'afterEach');

    it('gives each test its volume', () => {
      expect(fs.readdirSync('/app')).toEqual(['a', 'c', 'd']);
      expect(fs.readFileSync(memory.path('a/b'), 'utf8')).toBe('text');
      expect(memory.quota.limit).toBe(50_000);
      fs.rmSync('/app', { recursive: true });
      expect(memory.tree()).toBe('/');
    });

    it('a new one', () => {
      expect(memory.fs.readFileSync('/app/a/b', 'utf8')).toBe('text');
    });
  });

  it('has none outside of tests, and nothing stays mounted', () => {
    expect(fs.existsSync('/app')).toBe(false);
  });
});

describe('withVolume', () => {
  it(
    'gives one test its volume',
    withVolume({ files: { x: 'X' } }, ({ fs: own }) => {
      expect(own.readFileSync('/x', 'utf8')).toBe('X');
    }),
  );

  it('adds the tree to the message of a failure', async () => {
    const failing = withVolume({ at: '/own', files: { 'left-behind': 'X' } }, () => {
      throw new Error('on purpose');
    });
    await expect(failing()).rejects.toThrow(/^on purpose\n\n[\s\S]*left-behind/);
    expect(fs.existsSync('/own')).toBe(false);
  });
});
