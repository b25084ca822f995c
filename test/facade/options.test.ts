/** The options of `createFs`: each is taken at its word or refused in Node's words, as the D-MemFS API does. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CreateFsOptions, createFs, MemoryFileSystem, quotaOf } from '../../src/index.js';

const make = (options: unknown) => createFs(options as CreateFsOptions);
const makeMfs = (options: unknown) => new MemoryFileSystem(options as CreateFsOptions);

function refusal(call: () => unknown): NodeJS.ErrnoException {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('was not refused');
}

afterEach(() => void vi.restoreAllMocks());

const TYPE = 'ERR_INVALID_ARG_TYPE';
const VALUE = 'ERR_INVALID_ARG_VALUE';
const RANGE = 'ERR_OUT_OF_RANGE';
const classes: Record<string, unknown> = { [TYPE]: TypeError, [VALUE]: TypeError, [RANGE]: RangeError };

const counts = ['maxQuota', 'maxNodes', 'promotionHardLimit', 'chunkOverheadOverride'].flatMap(
  (name): [string, unknown, string][] => [
    [name, '1', TYPE],
    [name, null, TYPE],
    [name, 1n, TYPE],
    [name, -1, RANGE],
    [name, 1.5, RANGE],
    [name, Number.NaN, RANGE],
    [name, Number.NEGATIVE_INFINITY, RANGE],
    [name, 2 ** 53, RANGE],
  ],
);

/** What both APIs have. */
const shared: [string, unknown, string][] = [
  ...counts,
  ['maxQuota', Number.POSITIVE_INFINITY, RANGE],
  ['chunkOverheadOverride', Number.POSITIVE_INFINITY, RANGE],
  ['defaultStorage', 'random_access', VALUE],
  ['defaultStorage', null, VALUE],
  ['memoryGuard', 'per_write', VALUE],
  ['memoryGuard', true, VALUE],
  ['memoryGuardAction', 'throw', VALUE],
  ['memoryGuardInterval', '1', TYPE],
  ['memoryGuardInterval', null, TYPE],
  ['memoryGuardInterval', -1, RANGE],
  ['memoryGuardInterval', Number.NaN, RANGE],
  ['memoryGuardInterval', Number.POSITIVE_INFINITY, RANGE],
  ['memoryGuardInterval', 2_147_484, RANGE],
  ['maxquota', 1, VALUE],
  ['max_quota', undefined, VALUE],
];

const ofTheFacade: [string, unknown, string][] = [
  ['uid', '0', TYPE],
  ['uid', -1, RANGE],
  ['uid', 2 ** 32 - 1, RANGE],
  ['gid', null, TYPE],
  ['gid', 0.5, RANGE],
  ['umask', '022', TYPE],
  ['umask', -1, RANGE],
  ['umask', 0o1000, RANGE],
  ['umask', Number.NaN, RANGE],
  ['clock', 0, TYPE],
  ['cwd', 5, TYPE],
  ['cwd', null, TYPE],
  ['cwd', 'a/b', VALUE],
  ['cwd', '', VALUE],
  ['cwd', '/a\0b', VALUE],
  ['memoryProbe', () => 1, VALUE],
];

describe('refused', () => {
  it.each([...shared, ...ofTheFacade])('%s: %s', (name, value, code) => {
    const error = refusal(() => make({ [name]: value }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(name) });
    expect(error.constructor).toBe(classes[code]);
  });

  it.each(shared)('by the D-MemFS API too: %s: %s', (name, value, code) => {
    expect(refusal(() => makeMfs({ [name]: value }))).toMatchObject({ code, message: expect.stringContaining(name) });
  });

  it.each([5, null, 'x', true, [], () => {}])('%s for the options', (options) => {
    expect(refusal(() => make(options))).toMatchObject({
      code: TYPE,
      message: expect.stringMatching(/^The "options" argument must be of type object\. Received /),
    });
    expect(refusal(() => makeMfs(options)).code).toBe(TYPE);
  });

  it("in Node's words, from the caller's line on", () => {
    expect(refusal(() => make({ maxQuota: '1' })).message).toBe(
      `The "options.maxQuota" property must be of type number. Received type string ('1')`,
    );
    expect(refusal(() => make({ maxNodes: -1 })).message).toBe(
      'The value of "options.maxNodes" is out of range. It must be a whole number from 0 on. Received -1',
    );
    expect(refusal(() => make({ maxquota: 1 })).message).toMatch(
      /^The argument 'options' has no option of that name \(it knows maxQuota, .*cwd\)\. Received 'maxquota'$/,
    );
    const { stack } = refusal(function caller() {
      return make({ uid: -1 });
    });
    expect(stack).toContain('caller');
    expect(stack).not.toMatch(/validate|create-options|option-checks/);
  });

  it('before anything is made or asked', () => {
    const clock = vi.fn(() => 0);
    const umask = vi.fn(() => 0);
    const cwd = vi.fn(() => '/');
    expect(refusal(() => make({ clock, umask, cwd, maxQuota: -1 })).code).toBe(RANGE);
    expect(refusal(() => make({ clock, umask, cwd: 'relative' })).code).toBe(VALUE);
    for (const each of [clock, umask, cwd]) expect(each).not.toHaveBeenCalled();
  });
});

describe('taken', () => {
  it('nothing, and undefined for each', () => {
    const names = [...new Set([...counts, ...ofTheFacade].map(([name]) => name))].filter((n) => n !== 'memoryProbe');
    for (const options of [undefined, {}, Object.fromEntries(names.map((name) => [name, undefined]))]) {
      expect(quotaOf(make(options)).limit).toBe(256 * 1024 * 1024);
    }
  });

  it('Infinity where it means no limit', () => {
    const none = { maxNodes: Number.POSITIVE_INFINITY, promotionHardLimit: Number.POSITIVE_INFINITY };
    const fs = createFs(none);
    fs.writeFileSync('/f', 'abc');
    const fd = fs.openSync('/f', 'r+');
    fs.writeSync(fd, 'x', 0);
    fs.closeSync(fd);
    expect(fs.readFileSync('/f', 'utf8')).toBe('xbc');
    expect(makeMfs(none).listdir('/')).toEqual([]);
  });

  it('zero', () => {
    expect(refusal(() => createFs({ maxQuota: 0 }).mkdirSync('/a')).code).toBe('ENOSPC');
    expect(refusal(() => createFs({ maxNodes: 0 }).mkdirSync('/a')).code).toBe('ENOSPC');
    createFs({ chunkOverheadOverride: 0, promotionHardLimit: 0, memoryGuardInterval: 0 });
  });

  it('identity, umask, clock and working directory', () => {
    let now = 1000;
    const fs = createFs({ uid: 0, gid: 7, umask: 0o77, clock: () => now, cwd: '/' });
    fs.writeFileSync('f', '');
    expect(fs.statSync('/f')).toMatchObject({ uid: 0, gid: 7, mode: 0o100600, mtimeMs: 1000 });
    now = 2000;
    fs.mkdirSync('/d');
    expect(fs.statSync('/d').mtimeMs).toBe(2000);
    const asked = createFs({ umask: () => 0o777, cwd: () => '/d', uid: 0 });
    asked.mkdirSync('/d');
    asked.writeFileSync('f', '');
    expect(asked.statSync('/d/f').mode).toBe(0o100000);
    createFs({ uid: 2 ** 32 - 2, gid: 2 ** 32 - 2, umask: 0o777 });
  });
});

describe('memory guard', () => {
  const huge = { maxQuota: Number.MAX_SAFE_INTEGER, memoryGuard: 'init' } as const;

  it('refuses the volume with ENOMEM', () => {
    const error = refusal(() => createFs({ ...huge, memoryGuardAction: 'raise' }));
    expect(error).toMatchObject({ code: 'ENOMEM', errno: -12, syscall: 'createFs' });
    expect(error.message).toMatch(
      /^ENOMEM: memory guard: maxQuota of 9007199254740991 bytes exceeds the \d+ bytes of memory available, createFs$/,
    );
    expect(error.constructor).toBe(Error);
    expect(error.stack).toContain('options.test');
    expect(refusal(() => makeMfs({ ...huge, memoryGuardAction: 'raise' }))).toMatchObject({ code: 'ENOMEM' });
  });

  it('warns otherwise', () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    createFs(huge).writeFileSync('/f', 'x');
    expect(emitted).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('memory guard'), 'ResourceWarning');
  });
});
