/** Facade layer: its one door. */
export { type Context, createContext } from './context.js';
export { type CreateFsOptions, createFs, createFsFromEngine, createFsOver, type FacadeOptions } from './create-fs.js';
export { decodeName, encodeName } from './encoding.js';
export type { FileHandle } from './handle/file-handle.js';
export { callThrough, type Members, membersOf } from './members.js';
export { invalidArgType, invalidArgValue, NodeError } from './node-errors.js';
export { parseFlags } from './options.js';
export { Parts } from './parts.js';
export { describeVolume, engineOf, type Quota, quotaOf, quotaOfEngine } from './quota/quota.js';
export { toNodeError, uvException } from './uv-exception.js';
export { fromUrl, validateFunction, validateInteger, validatePath, validateString } from './validate.js';
