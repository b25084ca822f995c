// The same from a CommonJS module; compiled, never run.
import quotafs = require('quotafs');

const fs: typeof import('node:fs') = quotafs.createFs({ maxQuota: 1024 });
const volume: quotafs.MemoryFileSystem = new quotafs.MemoryFileSystem();

export = { fs, volume };
