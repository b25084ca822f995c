import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { createMemoryProbe, type MemorySources, memoryProbe } from '../../src/host/index.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** A machine with 8 GiB, 6 of them available, and the files given. */
function machine(files: Record<string, string>, more: Partial<MemorySources> = {}): MemorySources {
  const all: Record<string, string> = {
    '/proc/meminfo': `MemTotal: ${8 * MIB} kB\nMemAvailable:    ${6 * MIB} kB\n`,
    ...files,
  };
  return {
    readText: (path) => all[path],
    residentMemory: () => 100 * MIB,
    freeMemory: () => 5 * GIB,
    totalMemory: () => 8 * GIB,
    ...more,
  };
}

const probe = (files: Record<string, string>, more?: Partial<MemorySources>) =>
  createMemoryProbe(machine(files, more))();

describe('memory probe', () => {
  it('reads what the machine has available', () => {
    expect(probe({})).toBe(6 * GIB);
  });

  it('takes the limit of a version 2 control group, less what is used', () => {
    const files = {
      '/proc/self/cgroup': '0::/app\n',
      '/sys/fs/cgroup/app/memory.max': `${512 * MIB}\n`,
      '/sys/fs/cgroup/app/memory.current': `${200 * MIB}\n`,
    };
    expect(probe(files)).toBe(312 * MIB);
  });

  it('walks up: the tightest ancestor counts, and a group without a limit does not', () => {
    const files = {
      '/proc/self/cgroup': '0::/pod/container/task\n',
      '/sys/fs/cgroup/pod/container/task/memory.max': 'max\n',
      '/sys/fs/cgroup/pod/container/task/memory.current': `${10 * MIB}\n`,
      '/sys/fs/cgroup/pod/container/memory.max': `${GIB}\n`,
      '/sys/fs/cgroup/pod/container/memory.current': `${10 * MIB}\n`,
      '/sys/fs/cgroup/pod/memory.max': `${2 * GIB}\n`,
      '/sys/fs/cgroup/pod/memory.current': `${1900 * MIB}\n`,
    };
    expect(probe(files)).toBe(148 * MIB);
  });

  it("finds the limit at the root when the path is the host's, or climbs out of a namespace", () => {
    for (const path of ['/kubepods/burstable/pod1/abc', '/../../other']) {
      const files = {
        '/proc/self/cgroup': `0::${path}\n`,
        '/sys/fs/cgroup/memory.max': `${256 * MIB}\n`,
        '/sys/fs/cgroup/memory.current': `${56 * MIB}\n`,
      };
      expect(probe(files)).toBe(200 * MIB);
    }
  });

  it('counts page cache that is given back on demand as available', () => {
    const files = {
      '/proc/self/cgroup': '0::/app\n',
      '/sys/fs/cgroup/app/memory.max': `${512 * MIB}\n`,
      '/sys/fs/cgroup/app/memory.current': `${500 * MIB}\n`,
      '/sys/fs/cgroup/app/memory.stat': `anon ${100 * MIB}\nfile ${400 * MIB}\ninactive_file ${380 * MIB}\nactive_file 1\n`,
    };
    expect(probe(files)).toBe(392 * MIB);
  });

  it('reads version 1 groups, whose absence of a limit is a huge number', () => {
    const files = {
      '/proc/self/cgroup': '5:cpu,cpuacct:/x\n4:memory:/docker/abc\n1:name=systemd:/a:b\n',
      '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': `${300 * MIB}\n`,
      '/sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes': `${120 * MIB}\n`,
      '/sys/fs/cgroup/memory/docker/abc/memory.stat': `cache 1\ninactive_file 7\ntotal_inactive_file ${20 * MIB}\n`,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${120 * MIB}\n`,
    };
    expect(probe(files)).toBe(200 * MIB);
  });

  it('is never negative', () => {
    const files = {
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/memory.max': `${100 * MIB}\n`,
      '/sys/fs/cgroup/memory.current': `${101 * MIB}\n`,
    };
    expect(probe(files)).toBe(0);
  });

  it('uses the limit that Node knows where the files are hidden', () => {
    expect(probe({}, { constrainedMemory: () => GIB })).toBe(GIB - 100 * MIB);
    expect(probe({}, { constrainedMemory: () => 0 })).toBe(6 * GIB);
    expect(probe({}, { constrainedMemory: () => 18446744073709552000 })).toBe(6 * GIB);
  });

  it('asks Node, then the operating system, where there is no /proc', () => {
    const bare = { readText: () => undefined };
    expect(probe({}, { ...bare, availableMemory: () => 3 * GIB })).toBe(3 * GIB);
    expect(probe({}, bare)).toBe(5 * GIB);
    expect(probe({}, { ...bare, freeMemory: () => 0 })).toBeUndefined();
  });

  it('survives files with nonsense in them', () => {
    const files = {
      '/proc/self/cgroup': 'nonsense\n0::\n:::\n',
      '/sys/fs/cgroup/memory.max': '-5\n',
      '/sys/fs/cgroup/memory.current': '\n',
      '/proc/meminfo': 'MemAvailable:\n',
    };
    expect(probe(files)).toBe(5 * GIB);
  });

  it('gives a plausible answer for this very process, quickly', () => {
    const bytes = memoryProbe();
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(os.totalmem());
  });
});
