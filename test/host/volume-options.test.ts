import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  descriptors,
  hostGuard,
  hostVolumeOptions,
  memoryProbe,
  readUmask,
  warnResource,
} from '../../src/host/index.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('host volume options', () => {
  it('are the identity of the process', () => {
    const options = hostVolumeOptions();
    expect(options.uid).toBe(process.geteuid?.());
    expect(options.gid).toBe(process.getegid?.());
    expect(options.descriptors).toBe(descriptors);
  });

  it('have the groups of the process, for a volume of root none', () => {
    expect(hostVolumeOptions(1000).groups).toEqual(process.getgroups?.());
    expect(hostVolumeOptions(0).groups).toEqual([]);
  });

  it('follow fake timers', () => {
    const { clock } = hostVolumeOptions();
    vi.useFakeTimers({ now: 12345 });
    expect(clock()).toBe(12345);
  });
});

describe('umask', () => {
  it('is that of the process', () => {
    const before = process.umask(0o027);
    try {
      expect(readUmask()).toBe(0o027);
      expect(hostVolumeOptions().umask()).toBe(0o027);
    } finally {
      process.umask(before);
    }
  });

  it('is read without setting it, and once for a volume', () => {
    const umask = vi.spyOn(process, 'umask');
    const options = hostVolumeOptions();
    expect(options.umask()).toBe(options.umask());
    expect(umask).not.toHaveBeenCalled();
  });

  it('is asked of Node where there is no /proc', () => {
    const missing = () => {
      throw new Error('ENOENT');
    };
    expect(readUmask(missing)).toBe(process.umask());
    expect(readUmask(() => 'Name:\tnode\n')).toBe(process.umask());
  });
});

describe('warnings', () => {
  it('are ResourceWarnings of the process', () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    warnResource('too little memory');
    expect(emitted).toHaveBeenCalledWith('too little memory', 'ResourceWarning');
  });

  it('and the probe are what the guard is given', () => {
    expect(hostGuard('per-write', 'warn', 500)).toEqual({
      mode: 'per-write',
      action: 'warn',
      intervalMs: 500,
      probe: memoryProbe,
      warn: warnResource,
    });
  });
});
