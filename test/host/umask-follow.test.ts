import { afterEach, expect, it } from 'vitest';
import { createFs } from '../../src/index.js';

const start = process.umask();
afterEach(() => {
  process.umask(start);
});

it('a file made after process.umask(mask) has the new mask, also in a volume that made files before', () => {
  const fs = createFs();
  fs.writeFileSync('/before', '');
  process.umask(0o077);
  fs.writeFileSync('/after', '');
  process.umask('22');
  fs.mkdirSync('/again');
  expect(fs.statSync('/after').mode & 0o777).toBe(0o600);
  expect(fs.statSync('/again').mode & 0o777).toBe(0o755);
  expect(process.umask()).toBe(0o022);
});

it('a refused mask changes nothing', () => {
  const fs = createFs();
  process.umask(0o027);
  expect(() => process.umask('99')).toThrow();
  fs.writeFileSync('/f', '');
  expect(fs.statSync('/f').mode & 0o777).toBe(0o640);
});
