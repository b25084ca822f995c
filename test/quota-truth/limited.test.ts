import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runLimited } from './limited-child.js';

const PROGRAM = fileURLToPath(new URL('./limited-program.ts', import.meta.url));
const LIMIT = 400 * 1024 * 1024;

it("guard 'init' refuses a quota that the container cannot pay", () => {
  const { kind, stdout, stderr, status } = runLimited(PROGRAM, ['init'], LIMIT);
  expect({ kind, stdout, stderr, status }).toMatchObject({ stdout: 'refused ENOMEM\n', status: 0 });
  console.log(`limit by ${kind}`);
}, 60_000);

it("guard 'per-write' stops before the kernel kills", () => {
  const { kind, stdout, stderr, signal, status } = runLimited(PROGRAM, ['per-write'], LIMIT);
  expect({ kind, stderr, signal, status }).toMatchObject({ signal: null, status: 0 });
  const [outcome, written, clean] = stdout.trim().split(' ');
  expect([outcome, clean]).toEqual(['ENOMEM', 'true']);
  // It used what there was: more than a few MiB, less than the limit.
  expect(Number(written)).toBeGreaterThan(32);
  expect(Number(written)).toBeLessThan(400);
}, 60_000);

it('without the guard the same program dies: the limit is real', () => {
  const { kind, signal, status, stdout } = runLimited(PROGRAM, ['none'], LIMIT);
  if (kind === 'faked probe') expect(stdout).toContain('end');
  else expect(signal ?? status).not.toBe(0);
}, 60_000);
