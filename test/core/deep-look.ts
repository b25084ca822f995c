/**
 * Test helper: all that a restore must bring back, read through the engine's
 * public calls: names in the order in which they were made, inode numbers,
 * links, all attributes, four times, blocks, generations, contents. The first
 * look at a tree moves access times; those after it find everything as it was.
 */
import { type Engine, O_NOATIME, O_RDONLY, S_IFDIR, S_IFLNK, S_IFMT, STAT_LENGTH } from '../../src/core/index.js';
import { hashBytes } from '../helpers/snapshot.js';

export interface Looked extends Record<string, unknown> {
  path: string;
  stat: number[];
  times: number[];
  content: string;
  generation: number;
}

export function deepLook(engine: Engine): Looked[] {
  const found: Looked[] = [];
  const visit = (path: string): void => {
    const stat = new Float64Array(STAT_LENGTH);
    const error = engine.lstat(path, stat);
    if (error !== 0) throw new Error(`lstat ${path}: ${error}`);
    const type = (stat[1] as number) & S_IFMT;
    const node: Looked = {
      path,
      stat: [...stat.slice(1, 10)],
      times: [...stat.slice(10)],
      content: '',
      generation: engine.generation(stat[7] as number),
    };
    found.push(node);
    if (type === S_IFLNK) node.content = engine.readlink(path);
    else if (type !== S_IFDIR) {
      node.content = hashBytes(engine.readFile(path, O_RDONLY | O_NOATIME, (size) => new Uint8Array(size)));
    } else {
      const stream = engine.opendir(path);
      const names: string[] = [];
      while (stream.next()) names.push(stream.name);
      stream.close();
      node.content = names.join('\0');
      for (const name of names) visit(path === '/' ? `/${name}` : `${path}/${name}`);
    }
  };
  visit('/');
  return found;
}
