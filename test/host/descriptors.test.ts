import { describe, expect, it } from 'vitest';
import { createDescriptorNumbers, descriptors, FIRST_DESCRIPTOR } from '../../src/host/index.js';

describe('descriptor numbers', () => {
  it('start in a high band and give the lowest free number first', () => {
    const numbers = createDescriptorNumbers();
    const taken = Array.from({ length: 5 }, () => numbers.take() - FIRST_DESCRIPTOR);
    expect(taken).toEqual([0, 1, 2, 3, 4]);
    numbers.give(FIRST_DESCRIPTOR + 3);
    numbers.give(FIRST_DESCRIPTOR + 1);
    expect([numbers.take(), numbers.take(), numbers.take()].map((fd) => fd - FIRST_DESCRIPTOR)).toEqual([1, 3, 5]);
  });

  it('never hold one number twice, against a plain set', () => {
    const numbers = createDescriptorNumbers(1000);
    const held = new Set<number>();
    let seed = 1;
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let step = 0; step < 20_000; step++) {
      // Long waves: the table grows into thousands and empties again.
      if (random() < (step % 8000 < 5000 ? 0.7 : 0.2)) {
        let lowest = 1000;
        if (step % 50 === 0) while (held.has(lowest)) lowest++;
        const fd = numbers.take();
        expect(held.has(fd)).toBe(false);
        if (step % 50 === 0) expect(fd).toBe(lowest);
        held.add(fd);
      } else {
        const fd = [...held].at(Math.floor(random() * held.size));
        if (fd === undefined) continue;
        held.delete(fd);
        numbers.give(fd);
      }
    }
  });

  it('ignore a number given back twice, and one that was never theirs', () => {
    const numbers = createDescriptorNumbers();
    const fd = numbers.take();
    numbers.give(fd);
    numbers.give(fd);
    numbers.give(2);
    numbers.give(FIRST_DESCRIPTOR + 1_000_000);
    expect([numbers.take(), numbers.take()]).toEqual([fd, fd + 1]);
  });

  it('fit what Node accepts as a descriptor, with a thousand million to spare', () => {
    expect(2 ** 31 - FIRST_DESCRIPTOR).toBeGreaterThan(1e9);
    expect(createDescriptorNumbers().take()).toBe(FIRST_DESCRIPTOR);
  });

  it('are one for all copies of the package in a process', async () => {
    const url = new URL('../../src/host/descriptors.ts', import.meta.url).href;
    const other = (await import(/* @vite-ignore */ `${url}?copy`)) as typeof import('../../src/host/descriptors.js');
    expect(other.createDescriptorNumbers).not.toBe(createDescriptorNumbers);
    expect(other.descriptors).toBe(descriptors);
  });
});
