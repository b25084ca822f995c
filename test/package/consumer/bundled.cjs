// A program to be bundled, that requires.
const { useEverything } = require('./everything.cjs');

useEverything({
  quotafs: require('quotafs'),
  archive: require('quotafs/archive'),
  disk: require('quotafs/disk'),
  mount: require('quotafs/mount'),
  overlay: require('quotafs/overlay'),
  snapshots: require('quotafs/snapshot'),
  inspection: require('quotafs/inspect'),
  memfs: require('quotafs/memfs'),
  mock: require('quotafs/mock-fs'),
});
