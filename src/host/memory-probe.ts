/**
 * Host layer: how many bytes of memory this process may still take, from every
 * limit that can be read: the control groups it is in (a container's limit),
 * the machine, and what Node itself knows. The answer is the smallest of them.
 * Page cache that the kernel gives back on demand counts as available, or a
 * container that has merely read many files would look full.
 */
import { freemem, totalmem } from 'node:os';
import { posix } from 'node:path';
import { readOwnText } from './own-node.js';

/** Where the probe looks; replaced in tests. */
export interface MemorySources {
  /** The text of a file, or undefined when it cannot be read. */
  readText(path: string): string | undefined;
  /** Bytes the process may still take, as Node sees it (Node 20.13, 22). */
  availableMemory?(): number;
  /** Bytes the process is limited to, 0 when there is no limit (Node 18.15). */
  constrainedMemory?(): number;
  /** Bytes this process occupies now. */
  residentMemory(): number;
  /** Free bytes of the machine. */
  freeMemory(): number;
  /** Bytes the machine has. */
  totalMemory(): number;
}

/** The names of one kind of control group's files. */
interface GroupFiles {
  readonly root: string;
  readonly limit: string;
  readonly usage: string;
  /** Key in memory.stat of the cache that is given back first. */
  readonly cache: string;
}

const V2: GroupFiles = {
  root: '/sys/fs/cgroup',
  limit: 'memory.max',
  usage: 'memory.current',
  cache: 'inactive_file',
};

const V1: GroupFiles = {
  root: '/sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  cache: 'total_inactive_file',
};

const realSources: MemorySources = {
  readText(path) {
    try {
      return readOwnText(path);
    } catch {
      return undefined;
    }
  },
  availableMemory: process.availableMemory?.bind(process),
  constrainedMemory: process.constrainedMemory?.bind(process),
  residentMemory: () => process.memoryUsage.rss(),
  freeMemory: () => freemem(),
  totalMemory: () => totalmem(),
};

/**
 * Makes a probe for the memory guard.
 *
 * @param sources - where to look; default this process and machine.
 * @returns a function giving the bytes that may still be taken, never negative, or undefined when nothing can be read.
 */
export function createMemoryProbe(sources: MemorySources = realSources): () => number | undefined {
  return () => {
    const candidates = [...groupHeadrooms(sources), constrainedHeadroom(sources), machineHeadroom(sources)];
    const known = candidates.filter((bytes): bytes is number => bytes !== undefined && Number.isFinite(bytes));
    return known.length === 0 ? undefined : Math.max(0, Math.min(...known));
  };
}

/** The probe of this process. */
export const memoryProbe: () => number | undefined = createMemoryProbe();

/** What is left in each control group from the process's own up to the root: any of them may be the limit. */
function groupHeadrooms(sources: MemorySources): (number | undefined)[] {
  const membership = sources.readText('/proc/self/cgroup');
  if (membership === undefined) return [];
  return membership.split('\n').flatMap((line) => {
    // hierarchy-ID:controller,list:path; version 2 is hierarchy 0 with no controllers.
    const [hierarchy, controllers, ...rest] = line.split(':');
    if (hierarchy === undefined || controllers === undefined) return [];
    const path = rest.join(':');
    if (hierarchy === '0' && controllers === '') return ancestry(V2, path).map((dir) => headroom(sources, V2, dir));
    if (controllers.split(',').includes('memory')) return ancestry(V1, path).map((dir) => headroom(sources, V1, dir));
    return [];
  });
}

/**
 * The group's directory and those above it. Inside a container the path may be
 * the host's and lead nowhere; the walk then ends at the container's own root.
 */
function ancestry(files: GroupFiles, path: string): string[] {
  // Normalising an absolute path keeps '/../x', as a namespaced group is shown, below the root.
  let current = posix.normalize(`/${path}`);
  const directories = [];
  while (current !== '/') {
    directories.push(posix.join(files.root, current));
    current = posix.dirname(current);
  }
  return [...directories, files.root];
}

function headroom(sources: MemorySources, files: GroupFiles, directory: string): number | undefined {
  const limit = toBytes(sources.readText(`${directory}/${files.limit}`));
  const usage = toBytes(sources.readText(`${directory}/${files.usage}`));
  if (limit === undefined || usage === undefined) return undefined;
  const cache = keyedBytes(sources.readText(`${directory}/memory.stat`), files.cache) ?? 0;
  return limit - Math.max(0, usage - cache);
}

/** Node's own reading of the limit helps where the group's files are hidden. Absurd values mean 'no limit'. */
function constrainedHeadroom(sources: MemorySources): number | undefined {
  const limit = sources.constrainedMemory?.();
  if (!limit || limit >= sources.totalMemory()) return undefined;
  return limit - sources.residentMemory();
}

function machineHeadroom(sources: MemorySources): number | undefined {
  const kibibytes = keyedBytes(sources.readText('/proc/meminfo'), 'MemAvailable:');
  if (kibibytes !== undefined) return kibibytes * 1024;
  // On Linux Node counts page cache as used, so its answer is second choice there and first elsewhere.
  return sources.availableMemory?.() || sources.freeMemory() || undefined;
}

/** A file that holds one number; 'max' and garbage give undefined. */
function toBytes(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** The number after a key at the start of a line. */
function keyedBytes(text: string | undefined, key: string): number | undefined {
  const line = text?.split('\n').find((each) => each.split(/\s+/)[0] === key);
  return toBytes(line?.split(/\s+/)[1]);
}
