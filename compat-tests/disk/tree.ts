/**
 * Compat tests, disk: a whole tree as text. Looks through lstat first and reads
 * afterwards, so that looking does not move the times it reports.
 */
import { describeBytes, describeTime } from '../describe.js';
import type { NodeFs } from '../targets.js';

/** Contents above this size are compared by their length only. */
const LARGEST_READ = 4_000_000;

const permissions = (mode: bigint): string => (mode & 0o7777n).toString(8);

/** One line per name: type, mode, links, owner, times that were set, contents. */
export const snapshot = (fs: NodeFs, root: string): string => {
  const lines: string[] = [];
  const groups = new Map<bigint, string>();

  /** What a user without permission cannot look at is a line of the tree too. */
  const visit = (path: Buffer, shown: string): void => {
    try {
      describeEntry(path, shown);
    } catch (error) {
      lines.push(`${shown} ${Reflect.get(Object(error), 'code')}`);
    }
  };

  const describeEntry = (path: Buffer, shown: string): void => {
    const stats = fs.lstatSync(path, { bigint: true });
    const owner = `${stats.uid}:${stats.gid}`;
    const times = `a=${describeTime(stats.atimeNs)} m=${describeTime(stats.mtimeNs)} c=${describeTime(stats.ctimeNs)}`;
    const head = `${permissions(stats.mode)} n=${stats.nlink} ${owner} ${times}`;
    if (stats.isDirectory()) {
      lines.push(`${shown}/ ${head}`);
      const names = fs.readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare);
      for (const name of names)
        visit(Buffer.concat([path, Buffer.from('/'), name]), `${shown}/${name.toString('latin1')}`);
      return;
    }
    const first = groups.get(stats.ino);
    const linked = first === undefined ? '' : ` same as ${first}`;
    groups.set(stats.ino, first ?? shown);
    if (stats.isSymbolicLink()) {
      const target = fs.readlinkSync(path, { encoding: 'buffer' });
      // Following a link may touch its own access time or not, by mount option.
      lines.push(
        `${shown} -> ${describeBytes(target)} n=${stats.nlink} ${owner} m=${describeTime(stats.mtimeNs)}${linked}`,
      );
      return;
    }
    const body = stats.size > LARGEST_READ ? '' : describeBytes(fs.readFileSync(path));
    lines.push(`${shown} ${head} ${stats.size} bytes ${body}${linked}`);
  };

  visit(Buffer.from(root), '.');
  return lines.join('\n');
};
