/**
 * Adapter, test volumes: stand-ins for `vi.mock` and `jest.mock`. One volume for
 * the test file, behind all of them.
 */
import { createFs } from '../../facade/index.js';
import { emptyVolume } from './tree-literal.js';

type NodeFs = typeof import('node:fs');
type Promises = NodeFs['promises'];

/** The volume behind {@link mockedFs}. */
export const volume = createFs();

/** Stands in for `node:fs`, for named and default imports. */
export const mockedFs: NodeFs & { default: NodeFs } = { ...volume, default: volume };

/** The same for `node:fs/promises`. */
export const mockedPromises: Promises & { default: Promises } = { ...volume.promises, default: volume.promises };

/** Empties the volume behind the mocks; for `beforeEach`. */
export const resetVolume = (): void => emptyVolume(volume);
