/** The naive model's tree in the form of the snapshot helper, sorted by bytes, hard links numbered by first path. */
import { hashBytes, type NodeSnapshot } from '../../helpers/snapshot.js';
import type { Model } from './model.js';
import type { ModelInode } from './model-inode.js';

const timeText = (time: bigint): string => {
  let seconds = time / 1_000_000_000n;
  let nanoseconds = time % 1_000_000_000n;
  if (nanoseconds < 0n) {
    seconds -= 1n;
    nanoseconds += 1_000_000_000n;
  }
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
};

export function modelSnapshot(model: Model): NodeSnapshot[] {
  const nodes: NodeSnapshot[] = [];
  const first = new Map<ModelInode, number>();
  const visit = (path: string, inode: ModelInode): void => {
    const link = first.get(inode) ?? nodes.length;
    first.set(inode, link);
    nodes.push({
      path,
      type: inode.type,
      mode: inode.mode,
      nlink: inode.nlink,
      uid: inode.uid,
      gid: inode.gid,
      link,
      size: inode.type === 'symlink' ? inode.target.length : inode.data.length,
      content: inode.type === 'symlink' ? inode.target : inode.type === 'file' ? hashBytes(inode.data) : '',
      atime: timeText(inode.atime),
      mtime: timeText(inode.mtime),
      ctime: timeText(inode.ctime),
      birthtime: timeText(inode.birthtime),
    });
    const names = [...inode.entries.keys()].sort((a, b) => (a < b ? -1 : 1));
    for (const name of names)
      visit(path === '/' ? `/${name}` : `${path}/${name}`, inode.entries.get(name) as ModelInode);
  };
  visit('/', model.root);
  return nodes;
}

/** Every path of the model with its inode, the root included. */
export function modelPaths(model: Model): { path: string; inode: ModelInode }[] {
  const found: { path: string; inode: ModelInode }[] = [];
  const visit = (path: string, inode: ModelInode): void => {
    found.push({ path, inode });
    for (const [name, child] of inode.entries) visit(path === '/' ? `/${name}` : `${path}/${name}`, child);
  };
  visit('/', model.root);
  return found;
}
