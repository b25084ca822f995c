/** `quotafs run`: what a program sees of it, and how it ends. Beside each run stands the same without it. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world.js';

let world: World;
let before: Record<string, string>;
beforeAll(async () => {
  world = await makeWorld({
    'package.json': '{ "name": "subject", "private": true }',
    'kept.txt': 'kept',
    'src/old.txt': 'old\n',
    'bin/tool.js': "#!/usr/bin/env node\nconsole.log('tool', require.main === module, process.argv.length);",
  });
  mkdirSync(join(world.project, 'node_modules/.bin'));
  symlinkSync('../../bin/tool.js', join(world.project, 'node_modules/.bin/tool'));
});
afterAll(() => world.remove());

/** Puts a program into the world, which is to be the same afterwards. */
function program(name: string, lines: readonly string[]): string {
  writeFileSync(join(world.project, name), lines.join('\n'));
  before = world.snapshot({ times: true });
  return name;
}
const expectUntouched = (): void => expect(world.snapshot({ times: true })).toEqual(before);
const fs = "const fs = require('fs');";

describe('what the program sees', () => {
  it('is its own writing, and the disk below it', async () => {
    const name = program('sees.cjs', [
      fs,
      "fs.writeFileSync('new.txt', 'new'); fs.appendFileSync('kept.txt', '+'); fs.rmSync('src', { recursive: true });",
      "console.log(fs.readFileSync('kept.txt', 'utf8'), fs.existsSync('src'), fs.readdirSync('.').includes('new.txt'));",
      "process.chdir('bin'); fs.renameSync('tool.js', '../moved.js'); console.log(process.cwd(), fs.readdirSync('.'));",
    ]);
    const { code, stdout, stderr } = await world.held(['--report', '--diff'], [name]);
    expect(stdout).toBe(`kept+ false true\n${world.project}/bin []\n`);
    expect(code).toBe(0);
    for (const line of [
      '├── ~ kept.txt (5 B, was 4 B)',
      '├── + new.txt (3 B)',
      '├── + moved.js (',
      '└── - src/',
      '    └── - old.txt (4 B)',
      `--- a${world.project}/kept.txt\n+++ b${world.project}/kept.txt\n@@ -1 +1 @@\n-kept\n`,
      'quotafs: 2 added, 1 changed, 3 deleted (',
    ]) {
      expect(stderr).toContain(line);
    }
    expectUntouched();
  });

  it('is ENOSPC when the quota is crossed', async () => {
    const name = program('fills.mjs', [
      "import { appendFileSync, statSync } from 'node:fs';",
      "try { for (;;) appendFileSync('big', Buffer.alloc(1 << 20)); } catch (error) {",
      '  console.log(error.code, error.errno, error.syscall, error.message, error.limit);',
      '}',
      "console.log(statSync('big').size);",
      "await import('node:fs/promises').then((fs) => fs.writeFile('more', Buffer.alloc(1 << 22))).catch((error) => console.log(error.code));",
    ]);
    const { stdout, stderr } = await world.held(['--max-quota', '4MiB', '--report'], [name]);
    const words = 'ENOSPC: no space left on device, ';
    expect(stdout).toMatch(new RegExp(`^ENOSPC -28 write ${words}write 4194304\n3145728\nENOSPC\n$`));
    expect(stderr).toMatch(/big \(3\.0 MiB\)[\s\S]*quota peak 3\.\d MiB of 4\.0 MiB/);
    const nodes = program('nodes.cjs', [fs, "for (let i = 0; i < 9; i++) fs.mkdirSync('d' + i);"]);
    const limited = await world.held(['--max-nodes=5'], [nodes]);
    expect(limited.stderr).toContain("ENOSPC: no space left on device, mkdir 'd5'");
    expect(limited.code).toBe(1);
    expectUntouched();
  });

  it('is what node gives it: arguments, main module, standard streams, devices', async () => {
    const name = program('given.cjs', [
      fs,
      'console.log(process.argv.slice(1), require.main === module, module.parent, __filename, process.execArgv);',
      "console.log(fs.readFileSync(0, 'utf8').length, Object.keys(process.env).filter((key) => /quotafs|NODE_/i.test(key)));",
      "fs.appendFileSync('/dev/null', 'x');",
      "console.log(fs.readFileSync('/proc/self/stat', 'utf8').startsWith(process.pid + ' '));",
      "process.stdout.write('x'.repeat(300_000) + '\\n'); console.error('to stderr');",
      "console.log(process.listenerCount('SIGINT'), process.listeners('SIGTERM').length, process.emit.name);",
    ]);
    const input = 'i'.repeat(200_000);
    const real = await world.node([name, '-x', '--report'], {}, input);
    const held = await world.held(['--quiet'], [name, '-x', '--report'], {}, input);
    expect(held).toEqual(real);
    expect(real.stdout).toContain("'--report'");
    const module = program('given.mjs', ['console.log(process.argv.slice(1), import.meta.url, import.meta.filename);']);
    expect(await world.held(['--quiet'], [module, 'a'])).toEqual(await world.node([module, 'a']));
    const command = await world.held(['--quiet'], ['tool', '1']);
    expect(command).toMatchObject({ code: 0, stdout: 'tool true 3\n' });
    expect(await world.held(['--quiet'], ['node_modules/.bin/tool', '1'])).toEqual(command);
    const piped = program('piped.cjs', [fs, "fs.writeFileSync('/dev/stdout', 'by its name');"]);
    const line = `"${process.execPath}" "${world.command}" run --quiet ${piped} | cat`;
    expect(execFileSync('sh', ['-c', line], { cwd: world.project, encoding: 'utf8' })).toBe('by its name');
    expectUntouched();
  });

  it('is a place to load modules from', async () => {
    const hooks = typeof nodeModule.registerHooks === 'function';
    for (const name of ['gone.cjs', 'gone.mjs']) writeFileSync(join(world.project, name), '');
    const gone = `MODULE_NOT_FOUND\n${hooks ? 'ERR_MODULE_NOT_FOUND\n2' : '2\nENOENT'}\n`;
    const name = program('loads.cjs', [
      fs,
      "fs.mkdirSync('made'); fs.writeFileSync('made/a.cjs', 'module.exports = 40');",
      "fs.writeFileSync('made/b.mjs', 'export default 2'); fs.writeFileSync('bin/tool.js', 'module.exports = 7');",
      "console.log(require('./made/a.cjs'), require('./bin/tool.js'));",
      "fs.unlinkSync('gone.cjs'); try { require('./gone.cjs') } catch (error) { console.log(error.code); }",
      "fs.unlinkSync('gone.mjs'); import('./gone.mjs').catch((error) => console.log(error.code));",
      hooks ? "import('./made/b.mjs').then(({ default: two }) => console.log(two));" : 'console.log(2);',
    ]);
    expect(await world.held(['--quiet'], [name])).toMatchObject({ code: 0, stdout: `40 7\n${gone}` });
    expectUntouched();
  });

  it('is nothing but the lower directories, where these are given', async () => {
    const name = program('lower.cjs', [
      fs,
      "console.log(fs.existsSync('src/old.txt'), fs.existsSync('kept.txt'), fs.existsSync('/etc'));",
      "fs.writeFileSync('src/new.txt', 'new'); fs.writeFileSync('/etc-file', '');",
    ]);
    const target = join(world.project, '../../lower-target');
    const { stdout, code } = await world.held(['--lower', 'src', '--export', target], [name]);
    expect([stdout, code]).toEqual(['true false false\n', 0]);
    expect(readFileSync(join(target, 'new.txt'), 'utf8')).toBe('new');
    const two = await world.held(['--lower', 'src', '--lower', 'bin'], [name]);
    expect([two.stdout, two.code]).toEqual(['true false false\n', 0]);
    expectUntouched();
  });
});

describe('how it ends', () => {
  const same = async (name: string): Promise<void> => {
    const [held, real] = [await world.held(['--quiet'], [name]), await world.node([name])];
    expect([name, held.code, held.stdout]).toEqual([name, real.code, real.stdout]);
    // The frames below the program's own are the loader's.
    const told = (text: string): string => text.split('\n    at ')[0];
    expect(told(held.stderr)).toBe(told(real.stderr));
    expectUntouched();
  };

  it('keeps the exit code, whatever it comes from', async () => {
    await same(program('e1.cjs', ['process.exit(7);']));
    await same(program('e2.cjs', ['process.exitCode = 9;']));
    await same(program('e3.cjs', ["throw new TypeError('uncaught');"]));
    await same(program('e4.mjs', ["Promise.reject(new Error('unhandled'));"]));
    await same(program('e5.mjs', ['await new Promise(() => {});']));
    await same(program('e6.cjs', ['syntax error']));
    await same(
      program('e7.cjs', ["process.on('uncaughtException', (e) => { console.log(e.message); }); throw Error('x');"]),
    );
    await same(program('e8.cjs', ["process.on('exit', () => { throw new Error('in exit'); });"]));
    await same(
      program('e9.cjs', [
        "setTimeout(() => process.exit(), 20); process.exitCode = 4; process.on('exit', console.log);",
      ]),
    );
  });

  it('reports when the program exits while it exits', async () => {
    const name = program('twice.cjs', [
      fs,
      "process.on('exit', () => { fs.writeFileSync('w', ''); process.exit(6); });",
    ]);
    const { code, stderr } = await world.held([], [name]);
    expect([code, stderr]).toEqual([6, expect.stringContaining('quotafs: 1 added')]);
    expectUntouched();
  });

  it('holds what is written last', async () => {
    const name = program('last.cjs', [
      fs,
      "let once = true; process.on('beforeExit', () => once && setTimeout(() => { once = false; fs.writeFileSync('w1', ''); }, 5));",
      "process.on('exit', () => fs.writeFileSync('w2', ''));",
    ]);
    expect((await world.held(['--report'], [name])).stderr).toMatch(/\+ w1 [\s\S]*\+ w2 /);
    expectUntouched();
  });

  const signalled = (name: string, signal: NodeJS.Signals): Promise<[number | null, string | null, string]> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [world.command, 'run', '--report', '--', name], { cwd: world.project });
      let output = '';
      child.stdout.on('data', (data) => {
        output += data;
        if (String(data).includes('ready')) child.kill(signal);
      });
      child.stderr.on('data', (data) => {
        output += data;
      });
      child.on('close', (code, by) => resolve([code, by, output]));
    });

  it('dies by the signal that it does not handle, and reports', async () => {
    const name = program('waits.cjs', [
      fs,
      "fs.writeFileSync('w', ''); console.log('ready'); setInterval(() => {}, 9);",
    ]);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const [code, by, output] = await signalled(name, signal);
      expect([code, by]).toEqual([null, signal]);
      expect(output).toContain('/w (0 B)');
    }
    expectUntouched();
  });

  it('leaves signals to those who handle them', async () => {
    const handles = program('handles.cjs', [
      fs,
      "process.on('SIGTERM', () => { fs.writeFileSync('handled', ''); console.log('mine'); process.exit(5); });",
      "console.log('ready'); setInterval(() => {}, 9);",
    ]);
    const [code, by, output] = await signalled(handles, 'SIGTERM');
    expect([code, by]).toEqual([5, null]);
    expect(output).toMatch(/mine[\s\S]*\/handled \(0 B\)/);
    // As signal-exit does it: whoever finds no listener but its own ends the process.
    const counts = program('counts.cjs', [
      "const listener = () => { if (process.listeners('SIGTERM').length === 1) { process.off('SIGTERM', listener); process.kill(process.pid, 'SIGTERM'); } };",
      "process.on('SIGTERM', listener); console.log('ready'); setInterval(() => {}, 9);",
    ]);
    expect((await signalled(counts, 'SIGTERM')).slice(0, 2)).toEqual([null, 'SIGTERM']);
    expectUntouched();
  });
});

describe('companions', () => {
  const child = "try { require('fs').writeFileSync('by-child', ''); } catch (error) { console.log(error.code); }";

  it('cannot write to the disk when they are Node, and are announced', async () => {
    const name = program('companions.cjs', [
      "const { execFileSync, execSync, fork, spawnSync } = require('child_process');",
      "const { Worker } = require('worker_threads');",
      `const child = ${JSON.stringify(child)};`,
      'console.log(String(execFileSync(process.execPath, ["-e", child])).trim());',
      'console.log(String(execSync(JSON.stringify(process.execPath) + " -p 1", undefined)).trim());',
      'console.log(String(spawnSync(process.execPath, ["-e", child], { env: {} }).stdout).trim());',
      'new Worker(child, { eval: true }).on("exit", () => {',
      '  require("fs").writeFileSync("child.cjs", child); console.log(require("fs").existsSync("child.cjs"));',
      '  fork("child-real.cjs").on("exit", () => console.log("over"));',
      '});',
    ]);
    program('child-real.cjs', [child]);
    const { stdout, stderr, code } = await world.held([], [name]);
    expect(stdout).toBe('EROFS\n1\nEROFS\nEROFS\ntrue\nEROFS\nover\n');
    expect(code).toBe(0);
    expect(stderr).toContain('quotafs: a worker thread sees the disk as it is, and cannot write\n');
    expect(stderr.match(/the child process node sees the disk as it is, and cannot write/g)).toHaveLength(1);
    expectUntouched();
  });

  it('are announced when they are not', async () => {
    const name = program('shell.cjs', ["require('child_process').exec('true', (error) => console.log(error));"]);
    const { stdout, stderr } = await world.held([], [name]);
    expect(stdout).toBe('null\n');
    expect(stderr).toContain('the child process sh sees the disk as it is, and may write to it');
    expect((await world.held(['--quiet'], [name])).stderr).toBe('');
  });

  it('are refused when asked for', async () => {
    const refused = async (...lines: string[]): Promise<void> => {
      const { code, stderr } = await world.held(['--strict'], [program('strict.cjs', lines)]);
      expect(stderr).toContain("code: 'ERR_QUOTAFS_STRICT'");
      expect(code).toBe(1);
    };
    await refused("require('child_process').spawn('touch', ['escaped']);");
    await refused("require('child_process').execSync('touch escaped');");
    await refused("require('child_process').fork('x.js');");
    await refused("new (require('worker_threads').Worker)('0', { eval: true });");
    expect(existsSync(join(world.project, 'escaped'))).toBe(false);
  });
});

describe('results', () => {
  it('go to a directory and into a zip', async () => {
    const name = program('results.cjs', [
      fs,
      "fs.mkdirSync('a/b', { recursive: true }); fs.writeFileSync('a/b/c.sh', 'text', { mode: 0o755 });",
      "fs.symlinkSync('b/c.sh', 'a/link'); fs.writeFileSync('a/big', Buffer.alloc(1 << 20, 'z')); fs.rmSync('kept.txt');",
    ]);
    const [target, zip] = ['../../results', '../../deep/results.zip'];
    const { code } = await world.held(['--export', target, '--zip', zip, '--quiet'], [name]);
    expect(code).toBe(0);
    const made = join(world.project, target, world.project);
    expect(readFileSync(join(made, 'a/link'), 'utf8')).toBe('text');
    const unpacked = join(world.project, '../../unpacked');
    const list = execFileSync('unzip', ['-o', join(world.project, zip), '-d', unpacked], { encoding: 'utf8' });
    expect(list).not.toContain('kept.txt');
    expect(execFileSync('diff', ['-r', made, join(unpacked, world.project)], { encoding: 'utf8' })).toBe('');
    expectUntouched();
  });

  it('go onto the disk itself, when that is asked for', async () => {
    const name = program('for-real.cjs', [
      fs,
      "fs.writeFileSync('src/for-real', 'x'); fs.writeFileSync('src/old.txt', 'new\\n');",
    ]);
    const { code, stderr } = await world.held(['--lower', '.', '--export', '.', '--diff'], [name]);
    expect(code).toBe(0);
    expect(stderr).toContain('-old\n+new\n');
    expect(stderr).toContain('quotafs: 1 added, 1 changed, 0 deleted');
    const written = ['for-real', 'old.txt'].map((each) => readFileSync(join(world.project, 'src', each), 'utf8'));
    expect(written).toEqual(['x', 'new\n']);
    execFileSync('rm', ['src/for-real'], { cwd: world.project });
    writeFileSync(join(world.project, 'src/old.txt'), 'old\n');
  });

  it('that cannot be written change the exit code of a content program', async () => {
    const name = program('content.cjs', [fs, "fs.writeFileSync('x', '');"]);
    const { code, stderr } = await world.held(['--zip', 'kept.txt/x.zip'], [name]);
    expect(stderr).toMatch(/quotafs: E(NOTDIR|EXIST): /);
    expect(code).toBe(1);
    expectUntouched();
  });
});

describe('the command line', () => {
  const command = (...words: string[]) => world.node([world.command, ...words]);

  it('explains itself', async () => {
    const { code, stdout } = await command('--help');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: quotafs run .*--max-quota SIZE/s)]);
    expect((await command('run', '--help')).stdout).toBe(stdout);
  });

  it('refuses what it does not understand, before anything runs', async () => {
    const name = program('never.cjs', ["console.log('ran');"]);
    for (const [words, text] of [
      [[], 'There is no command'],
      [['walk'], "There is no command 'walk'"],
      [['run'], 'There is no script to run'],
      [['run', '--max-quota', 'much', name], "--max-quota wants a size such as 64MiB, not 'much'"],
      [['run', '--max-quota', '10', name], '--max-quota is too small to begin with: 10 bytes'],
      [['run', '--max-nodes', '-1', name], 'max-nodes'],
      [['run', '--wrong', name], "Unknown option '--wrong'"],
      [['run', '--lower', 'none', '--', name], 'There is no directory none'],
      [['run', '--', 'none.js'], 'There is no file none.js'],
      [['run', '--quiet', '--diff', '--', name], 'contradict'],
    ] as const) {
      const { code, stdout, stderr } = await command(...words);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`quotafs: `);
      expect(stderr).toContain(text);
      expect(stderr).toContain('Usage: quotafs run');
    }
  });
});
