/** A git repository in memory: commits, a branch, a merge that goes wrong, and a snapshot to go back to. */
import git from 'isomorphic-git';
import { createFs, quotaOf } from 'quotafs';
import { diff, printDiff } from 'quotafs/inspect';
import { restore, snapshot } from 'quotafs/snapshot';

const fs = createFs({ maxQuota: 8 * 1024 * 1024 });
const repository = { fs, dir: '/repository' };
const author = { name: 'A. Writer', email: 'writer@example.org' };

async function commit(path: string, content: string): Promise<void> {
  fs.writeFileSync(`/repository/${path}`, content);
  await git.add({ ...repository, filepath: path });
  await git.commit({ ...repository, author, message: `write ${path}` });
}

fs.mkdirSync('/repository');
await git.init({ ...repository, defaultBranch: 'main' });
await commit('readme.md', '# One\n');
await git.branch({ ...repository, ref: 'other', checkout: true });
await commit('readme.md', '# Other\n');
await git.checkout({ ...repository, ref: 'main' });
await commit('readme.md', '# Main\n');

using before = snapshot(fs);
const problem = await git
  .merge({ ...repository, author, theirs: 'other', abortOnConflict: false })
  .catch((error: Error) => error);
console.log(problem instanceof Error ? problem.name : 'merged');
console.log(
  printDiff(diff(before, fs))
    .split('\n')
    .filter((line) => !line.includes('.git/'))
    .join('\n'),
);
console.log(fs.readFileSync('/repository/readme.md', 'utf8').split('\n')[0]);

restore(fs, before);
console.log((await git.log(repository)).map(({ commit: { message } }) => message.trim()).join(', '));
console.log(await git.status({ ...repository, filepath: 'readme.md' }));
console.log(`the audit finds ${quotaOf(fs).audit().problems.length} problems`);
