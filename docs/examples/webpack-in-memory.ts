/** webpack reads its sources from memory and writes its bundle there; two configurations are built from one tree. */
import { createFs } from 'quotafs';
import webpack from 'webpack';

const fs = createFs({ maxQuota: 16 * 1024 * 1024 });
fs.mkdirSync('/src', { recursive: true });
fs.writeFileSync('/src/index.js', `import { greet } from './greet';\nexport const text = greet(GREETED);\n`);
fs.writeFileSync('/src/greet.js', "export const greet = (name) => 'Hello, ' + name + '!';\n");

async function build(greeted: string): Promise<string> {
  const compiler = webpack({
    mode: 'production',
    context: '/src',
    entry: './index.js',
    output: { path: `/dist/${greeted}`, filename: 'main.js', library: { type: 'commonjs2' } },
    plugins: [new webpack.DefinePlugin({ GREETED: JSON.stringify(greeted) })],
  });
  type Fs = { input: typeof compiler.inputFileSystem; output: typeof compiler.outputFileSystem };
  compiler.inputFileSystem = fs as unknown as Fs['input'];
  compiler.outputFileSystem = fs as unknown as Fs['output'];
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  if (stats?.hasErrors()) throw new Error(stats.toString());
  await new Promise((resolve) => compiler.close(resolve));
  return fs.readFileSync(`/dist/${greeted}/main.js`, 'utf8');
}

for (const greeted of ['world', 'quota']) {
  const module = { exports: { text: '' } };
  new Function('module', 'exports', await build(greeted))(module, module.exports);
  console.log(module.exports.text);
}
console.log(fs.readdirSync('/dist', { recursive: true }).sort().join(' '));
