/**
 * Adapter, node:vfs: the subpath `quotafs/vfs`. A provider that puts a volume
 * under Node's own virtual file system: Node mounts it, routes `node:fs` to it
 * and loads modules from it; what does not fit is refused by the volume.
 */
import { constants } from 'node:fs';
import {
  type CreateFsOptions,
  createContext,
  createFs,
  engineOf,
  invalidArgValue,
  Parts,
  parseFlags,
  toNodeError,
} from '../../facade/index.js';
import { detached, textBytes } from '../../host/index.js';
import { type NodeFs, refusal } from './errors.js';
import { type VolumeFile, volumeFiles } from './file.js';
import { type ProviderMembers, providerMembers } from './members.js';
import { nodeVfs } from './node-vfs.js';

export type { VolumeFile } from './file.js';
export type { ProviderMembers } from './members.js';

/** Options of {@link createProvider}. */
export interface ProviderOptions {
  /** Whether everything that would change the volume through the provider fails with EROFS. Default false. */
  readonly readOnly?: boolean;
}

/** A `VirtualProvider` of `node:vfs` on a volume. */
export interface VolumeProvider extends ProviderMembers {
  /** The file system underneath, whose paths are the provider's; its quota is `quotaOf(provider.fs)`. */
  readonly fs: NodeFs;
  readonly readonly: boolean;
  readonly supportsSymlinks: true;
  readonly supportsWatch: true;
  /** From now on changes through this provider fail with EROFS, also of files that are open; `fs` itself stays writable. */
  setReadOnly(): void;
  open(path: string, flags?: string | number, mode?: number): Promise<VolumeFile>;
  openSync(path: string, flags?: string | number, mode?: number): VolumeFile;
}

const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC } = constants;
const CHANGES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

/**
 * Makes a provider for Node's virtual file system on a volume with a quota.
 *
 * @param target - a file system of quotafs, or the options of `createFs` for a new one
 * @throws ERR_UNKNOWN_BUILTIN_MODULE where there is no `node:vfs`: before Node 26.4, and without `--experimental-vfs`;
 *   ERR_INVALID_ARG_VALUE for a file system that is none of ours; what `createFs` throws
 * @example
 * const mounted = vfs.create(createProvider({ maxQuota: 2 ** 24 }));
 * mounted.mount();
 * fs.writeFileSync(`${mounted.mountPoint}/a.cjs`, 'module.exports = 1');
 * require(`${mounted.mountPoint}/a.cjs`);
 */
export function createProvider(
  target: NodeFs | CreateFsOptions = {},
  { readOnly = false }: ProviderOptions = {},
): VolumeProvider {
  const { VirtualProvider } = nodeVfs();
  const fs = 'openSync' in target ? target : createFs(target);
  const state = { readOnly };
  const refuse = refusal(() => state.readOnly);
  const openSync = opener(fs, refuse);
  const members: VolumeProvider = {
    fs,
    get readonly() {
      return state.readOnly;
    },
    supportsSymlinks: true,
    supportsWatch: true,
    setReadOnly() {
      state.readOnly = true;
    },
    openSync,
    open: async (path, flags, mode) => openSync(path, flags, mode),
    ...providerMembers(fs, refuse),
  };
  const provider = new VirtualProvider();
  return Object.defineProperties(provider, Object.getOwnPropertyDescriptors(members)) as VolumeProvider;
}

function opener(fs: NodeFs, refuse: ReturnType<typeof refusal>): VolumeProvider['openSync'] {
  const engine = engineOf(fs);
  if (engine === undefined) throw invalidArgValue('target', fs, 'is not a quotafs file system');
  const context = createContext(engine, { cwd: () => '/' });
  context.fs = fs;
  const makeHandle = new Parts(context).handles;
  const makeFile = volumeFiles(fs, engine, refuse);
  return function openSync(path, flags = 'r', mode = 0o666) {
    const bits = parseFlags(flags);
    if (bits & CHANGES) refuse('open', path);
    try {
      const handle = makeHandle(() => fs.openSync(path, flags, mode), textBytes(path));
      return makeFile(handle, { path: detached(path), flags });
    } catch (error) {
      throw toNodeError(error, 'open', path, undefined, openSync);
    }
  };
}
