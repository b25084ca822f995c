/** A function as a service gives its code a small /tmp. Each call gets its own, in memory, and none leaves anything behind. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFs, quotaOf } from 'quotafs';
import { mount } from 'quotafs/mount';

const TMP = '/tmp/function';

/** Code of somebody else, which uses `node:fs`. */
function handler({ pages }: { pages: number }): string {
  mkdirSync(join(TMP, 'work'));
  for (let page = 0; page < pages; page++) writeFileSync(join(TMP, 'work', `page-${page}.txt`), 'text '.repeat(2000));
  return `${readdirSync(join(TMP, 'work')).length} pages`;
}

function invoke(event: { pages: number }): string {
  const fs = createFs({ maxQuota: 512 * 1024 });
  using mounted = mount(fs, { at: TMP });
  try {
    const result = handler(event);
    return `${result}, ${quotaOf(fs).usage().files} files in ${mounted.at}`;
  } catch (error) {
    return `failed: ${(error as NodeJS.ErrnoException).code}`;
  }
}

console.log(invoke({ pages: 20 }));
console.log(invoke({ pages: 2000 })); // too much: this call fails, and only this one
console.log(invoke({ pages: 30 }));
console.log(`on the disk: ${existsSync(TMP) ? 'something' : 'nothing'}`);
