/** Whole-file calls with O_TMPFILE: a file without a name, made and gone within the call. */
import { expect, it } from 'vitest';
import { createFs, quotaOf } from '../../src/index.js';

const O_TMPFILE = 0o20200000;
const [O_WRONLY, O_RDWR, O_APPEND] = [1, 2, 0o2000];

it('writing, appending and reading with O_TMPFILE leaves no inode behind', async () => {
  const fs = createFs({ maxQuota: 600_000 });
  fs.mkdirSync('/d');
  const { used } = quotaOf(fs);
  for (const flag of [O_TMPFILE | O_RDWR, O_TMPFILE | O_WRONLY, O_TMPFILE | O_RDWR | O_APPEND]) {
    fs.writeFileSync('/d', 'content', { flag: flag as never });
    fs.appendFileSync('/d', Buffer.alloc(400_000), { flag: flag as never });
    await fs.promises.writeFile('/d', '', { flag: flag as never });
    expect(() => fs.writeFileSync('/d', Buffer.alloc(700_000), { flag: flag as never })).toThrow('ENOSPC');
    expect(() => fs.writeFileSync('/none', '1', { flag: flag as never })).toThrow(
      "ENOENT: no such file or directory, open '/none'",
    );
  }
  expect(fs.readFileSync('/d', { flag: (O_TMPFILE | O_RDWR) as never })).toEqual(Buffer.alloc(0));
  expect(fs.readFileSync('/d', { encoding: 'utf8', flag: (O_TMPFILE | O_RDWR) as never })).toBe('');
  expect(() => fs.readFileSync('/d', { flag: (O_TMPFILE | O_WRONLY) as never })).toThrow('EBADF');
  expect([quotaOf(fs).used, fs.readdirSync('/d')]).toEqual([used, []]);
  expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
});

it('half of O_TMPFILE, or O_CREAT with it, is EINVAL in every call, and makes nothing', () => {
  const fs = createFs();
  fs.mkdirSync('/d');
  const { used } = quotaOf(fs);
  const [bit, O_CREAT] = [0o20000000, 0o100];
  for (const flag of [bit | O_WRONLY | O_CREAT, bit | O_RDWR, bit, O_TMPFILE | O_RDWR | O_CREAT]) {
    for (const path of ['/d', '/d/new']) {
      expect(() => fs.openSync(path, flag)).toThrow('EINVAL');
      expect(() => fs.writeFileSync(path, 'content', { flag: flag as never })).toThrow('EINVAL');
      expect(() => fs.writeFileSync(path, '', { flag: flag as never })).toThrow('EINVAL');
      expect(() => fs.readFileSync(path, { flag: flag as never })).toThrow('EINVAL');
    }
  }
  expect([quotaOf(fs).used, fs.readdirSync('/d')]).toEqual([used, []]);
  expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
});
