/** Adapter, test volumes: what the entry points of the test runners share; no subpath of its own. */
export { mockedFs, mockedPromises, resetVolume, volume } from './mocks.js';
export { openVolume, perTest, type TestVolume, type VolumeOptions } from './test-volume.js';
export { emptyVolume, type TreeLiteral, writeTree } from './tree-literal.js';
