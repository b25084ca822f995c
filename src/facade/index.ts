/** Facade layer: its one door. */
export { type Context, createContext } from './context.js';
export { type CreateFsOptions, createFs, createFsFromEngine, type FacadeOptions } from './create-fs.js';
export { engineOf, type Quota, quotaOf, quotaOfEngine } from './quota.js';
