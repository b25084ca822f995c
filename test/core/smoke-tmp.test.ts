import { expect, it } from 'vitest';
import { createVolume } from '/work/main/src/core/index.js';

it('smoke', () => {
  const v = createVolume({ maxQuota: 64 * 1024 * 1024 });
  expect(v.usage().used).toBe(0);
  const ok = () => {
    const a = v.audit();
    expect(a.problems).toEqual([]);
  };
  v.mkdir('/a', 0o777);
  ok();
  v.writeFile('/a/x', new Uint8Array([1, 2, 3]), 0o1101, 0o666);
  ok();
  expect([...v.readFile('/a/x', 0, (n) => new Uint8Array(n))]).toEqual([1, 2, 3]);
  for (let i = 0; i < 5000; i++)
    v.writeFile(`/a/file-with-a-long-name-${i}`, new Uint8Array(i % 3000).fill(i), 0o1101, 0o666);
  ok();
  for (let i = 0; i < 5000; i += 7)
    expect(v.readFile(`/a/file-with-a-long-name-${i}`, 0, (n) => new Uint8Array(n))).toEqual(
      new Uint8Array(i % 3000).fill(i),
    );
  v.copyTree('/a', '/b');
  ok();
  v.removeTree('/a');
  ok();
  v.rename('/b', '/c');
  ok();
  v.symlink('/c', '/l');
  v.link('/c/x', '/y');
  ok();
  expect(v.realpath('/l/x')).toBe('/c/x');
  const big = new Uint8Array(5_000_000).map((_, i) => i * 7);
  v.writeFile('/big', big, 0o1101, 0o666);
  ok();
  expect(v.readFile('/big', 0, (n) => new Uint8Array(n))).toEqual(big);
  v.copyFile('/big', '/big2', 0);
  ok();
  const fd = v.open('/big2', 2, 0);
  v.write(fd, new Uint8Array(200000).fill(9), 0, 200000, 60000);
  ok();
  expect(v.readFile('/big', 0, (n) => new Uint8Array(n))).toEqual(big);
  v.ftruncate(fd, 70000);
  ok();
  v.ftruncate(fd, 2 ** 40);
  ok();
  v.write(fd, big, 0, 10, 2 ** 40);
  ok();
  v.ftruncate(fd, 3);
  ok();
  v.close(fd);
  v.removeTree('/c');
  v.unlink('/l');
  v.unlink('/y');
  v.unlink('/big');
  v.unlink('/big2');
  ok();
  expect(v.usage().used).toBe(0);
  v.importTree([
    { path: '/q/r/s', type: 'file', data: big },
    { path: '/q/l', type: 'symlink', data: new Uint8Array([46]) },
  ]);
  ok();
  let n = 0;
  try {
    for (;;) {
      v.writeFile(`/q/f${n}`, new Uint8Array(100), 0o1101, 0o666);
      n++;
    }
  } catch (e) {
    console.log(n, e, v.usage());
  }
  ok();
});
