/**
 * Facade layer: the members of `node:fs`, in Node's order, with Node's names and
 * lengths. Invariants: every member is an own, enumerable, writable property
 * that needs no `this`. It is one literal of functions that do nothing but hand
 * on, so that V8 makes it in a microsecond and calls through it stay fast; what
 * they hand on to is made when it is first needed (see parts.ts). Each names
 * itself as the function whose caller an error's stack begins with.
 */

// biome-ignore-all lint/complexity/noArguments: rest parameters have no length
import { promisify } from 'node:util';
import type { Context } from './context.js';
import { callLater, callSync, copyPromisifyArgs } from './define.js';
import { Dir } from './dir.js';
import { openArguments, throwError } from './ops/fd.js';
import { isThere, tellWhetherThere } from './ops/look.js';
import type { Parts } from './parts.js';
import { hostFs } from './running-node.js';
import { toUnixTimestamp } from './validate.js';

const toSeconds = (time: unknown): number => toUnixTimestamp(time);

/** Members that only newer releases have. */
const hasDisposable = 'mkdtempDisposableSync' in hostFs;
const hasBlobSync = 'openAsBlobSync' in hostFs;

export function makeMembers(ctx: Context, parts: Parts) {
  const fs = {
    appendFile: function appendFile(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(appendFile, parts.file.appendFile, arguments);
    },
    appendFileSync: function appendFileSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(appendFileSync, parts.file.appendFile, a, b, c);
    },
    access: function access(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(access, parts.path.access, arguments);
    },
    accessSync: function accessSync(a?: unknown, b?: unknown) {
      return callSync(accessSync, parts.path.access, a, b);
    },
    chown: function chown(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(chown, parts.seldomPath.chown, arguments);
    },
    chownSync: function chownSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(chownSync, parts.seldomPath.chown, a, b, c);
    },
    chmod: function chmod(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(chmod, parts.seldomPath.chmod, arguments);
    },
    chmodSync: function chmodSync(a?: unknown, b?: unknown) {
      return callSync(chmodSync, parts.seldomPath.chmod, a, b);
    },
    close: function close(fd?: unknown, callback: unknown = throwError) {
      callLater(close, parts.opening.close, [fd, callback]);
    },
    closeSync: function closeSync(a?: unknown) {
      return callSync(closeSync, parts.opening.close, a);
    },
    copyFile: function copyFile(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(copyFile, parts.path.copyFile, arguments);
    },
    copyFileSync: function copyFileSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(copyFileSync, parts.path.copyFile, a, b, c);
    },
    cp: function cp(a?: unknown, b?: unknown, c?: unknown, d?: unknown) {
      return parts.cp.cp(cp, a, b, c, d);
    },
    cpSync: function cpSync(a?: unknown, b?: unknown, c?: unknown) {
      return parts.cp.cpSync(cpSync, a, b, c);
    },
    createReadStream: function createReadStream(path?: unknown, options?: unknown) {
      return Reflect.construct(ctx.fs.ReadStream, [path, options]);
    },
    createWriteStream: function createWriteStream(path?: unknown, options?: unknown) {
      return Reflect.construct(ctx.fs.WriteStream, [path, options]);
    },
    exists: function exists(a?: unknown, b?: unknown) {
      return tellWhetherThere(ctx, a, b);
    },
    existsSync: function existsSync(a?: unknown) {
      return isThere(ctx, a);
    },
    fchown: function fchown(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(fchown, parts.seldomFd.fchown, arguments);
    },
    fchownSync: function fchownSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(fchownSync, parts.seldomFd.fchown, a, b, c);
    },
    fchmod: function fchmod(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(fchmod, parts.seldomFd.fchmod, arguments);
    },
    fchmodSync: function fchmodSync(a?: unknown, b?: unknown) {
      return callSync(fchmodSync, parts.seldomFd.fchmod, a, b);
    },
    fdatasync: function fdatasync(_a?: unknown, _b?: unknown) {
      callLater(fdatasync, parts.seldomFd.fdatasync, arguments);
    },
    fdatasyncSync: function fdatasyncSync(a?: unknown) {
      return callSync(fdatasyncSync, parts.seldomFd.fdatasync, a);
    },
    fstat: function fstat(_a?: unknown) {
      callLater(fstat, parts.fstat, arguments);
    },
    fstatSync: function fstatSync(a?: unknown, b: unknown = undefined) {
      return callSync(fstatSync, parts.fstat, a, b);
    },
    fsync: function fsync(_a?: unknown, _b?: unknown) {
      callLater(fsync, parts.seldomFd.fsync, arguments);
    },
    fsyncSync: function fsyncSync(a?: unknown) {
      return callSync(fsyncSync, parts.seldomFd.fsync, a);
    },
    ftruncate: function ftruncate(_a?: unknown) {
      callLater(ftruncate, parts.seldomFd.ftruncate, arguments);
    },
    ftruncateSync: function ftruncateSync(a?: unknown, b: unknown = undefined) {
      return callSync(ftruncateSync, parts.seldomFd.ftruncate, a, b);
    },
    futimes: function futimes(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(futimes, parts.seldomFd.futimes, arguments);
    },
    futimesSync: function futimesSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(futimesSync, parts.seldomFd.futimes, a, b, c);
    },
    glob: function glob(a?: unknown, b?: unknown, c?: unknown) {
      return parts.glob.glob(glob, a, b, c);
    },
    globSync: function globSync(a?: unknown, b?: unknown) {
      return parts.glob.globSync(globSync, a, b);
    },
    lchown: function lchown(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(lchown, parts.seldomPath.lchown, arguments);
    },
    lchownSync: function lchownSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(lchownSync, parts.seldomPath.lchown, a, b, c);
    },
    // Linux has no lchmod: Node keeps the names without a value.
    lchmod: undefined,
    lchmodSync: undefined,
    link: function link(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(link, parts.seldomPath.link, arguments);
    },
    linkSync: function linkSync(a?: unknown, b?: unknown) {
      return callSync(linkSync, parts.seldomPath.link, a, b);
    },
    lstat: function lstat(_a?: unknown) {
      callLater(lstat, parts.look.lstat, arguments);
    },
    lstatSync: function lstatSync(a?: unknown, b: unknown = undefined) {
      return callSync(lstatSync, parts.look.lstat, a, b);
    },
    lutimes: function lutimes(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(lutimes, parts.seldomPath.lutimes, arguments);
    },
    lutimesSync: function lutimesSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(lutimesSync, parts.seldomPath.lutimes, a, b, c);
    },
    mkdir: function mkdir(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(mkdir, parts.path.mkdir, arguments);
    },
    mkdirSync: function mkdirSync(a?: unknown, b?: unknown) {
      return callSync(mkdirSync, parts.path.mkdir, a, b);
    },
    mkdtemp: function mkdtemp(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(mkdtemp, parts.seldomPath.mkdtemp, arguments);
    },
    mkdtempSync: function mkdtempSync(a?: unknown, b?: unknown) {
      return callSync(mkdtempSync, parts.seldomPath.mkdtemp, a, b);
    },
    open: function open(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(open, parts.opening.open, openArguments(arguments));
    },
    openSync: function openSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(openSync, parts.opening.open, a, b, c);
    },
    openAsBlob: function openAsBlob(path?: unknown, options: unknown = undefined) {
      return parts.blob.openAsBlob(openAsBlob, path, options);
    },
    readdir: function readdir(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(readdir, parts.directory.readdir, arguments);
    },
    readdirSync: function readdirSync(a?: unknown, b?: unknown) {
      return callSync(readdirSync, parts.directory.readdir, a, b);
    },
    read: function read(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown, _e?: unknown, _f?: unknown) {
      return parts.reading.read(read, arguments);
    },
    readSync: function readSync(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown, _e?: unknown) {
      return parts.reading.readSync(readSync, arguments);
    },
    readv: function readv(a?: unknown, b?: unknown, c?: unknown, d?: unknown) {
      return parts.reading.readv(readv, a, b, c, d);
    },
    readvSync: function readvSync(a?: unknown, b?: unknown, c?: unknown) {
      return parts.reading.readvSync(readvSync, a, b, c);
    },
    readFile: function readFile(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(readFile, parts.file.readFile, arguments);
    },
    readFileSync: function readFileSync(a?: unknown, b?: unknown) {
      return callSync(readFileSync, parts.file.readFile, a, b);
    },
    readlink: function readlink(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(readlink, parts.seldomPath.readlink, arguments);
    },
    readlinkSync: function readlinkSync(a?: unknown, b?: unknown) {
      return callSync(readlinkSync, parts.seldomPath.readlink, a, b);
    },
    realpath: function realpath(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(realpath, parts.real.js, arguments);
    },
    realpathSync: function realpathSync(a?: unknown, b?: unknown) {
      return callSync(realpathSync, parts.real.js, a, b);
    },
    rename: function rename(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(rename, parts.path.rename, arguments);
    },
    renameSync: function renameSync(a?: unknown, b?: unknown) {
      return callSync(renameSync, parts.path.rename, a, b);
    },
    rm: function rm(a?: unknown, b?: unknown, c?: unknown) {
      return parts.rm.rm(rm, a, b, c);
    },
    rmSync: function rmSync(a?: unknown, b?: unknown) {
      return parts.rm.rmSync(rmSync, a, b);
    },
    rmdir: function rmdir(a?: unknown, b?: unknown, c?: unknown) {
      return parts.rm.rmdir(rmdir, a, b, c);
    },
    rmdirSync: function rmdirSync(a?: unknown, b?: unknown) {
      return parts.rm.rmdirSync(rmdirSync, a, b);
    },
    stat: function stat(_a?: unknown) {
      callLater(stat, parts.look.stat, arguments);
    },
    statfs: function statfs(_a?: unknown) {
      callLater(statfs, parts.seldomPath.statfs, arguments);
    },
    statSync: function statSync(a?: unknown, b: unknown = undefined) {
      return callSync(statSync, parts.look.stat, a, b);
    },
    statfsSync: function statfsSync(a?: unknown, b: unknown = undefined) {
      return callSync(statfsSync, parts.seldomPath.statfs, a, b);
    },
    symlink: function symlink(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(symlink, parts.seldomPath.symlink, arguments);
    },
    symlinkSync: function symlinkSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(symlinkSync, parts.seldomPath.symlink, a, b, c);
    },
    truncate: function truncate(_a?: unknown, _b?: unknown, _c?: unknown) {
      callLater(truncate, parts.file.truncate, arguments);
    },
    truncateSync: function truncateSync(a?: unknown, b?: unknown) {
      return callSync(truncateSync, parts.file.truncate, a, b);
    },
    unwatchFile: function unwatchFile(a?: unknown, b?: unknown) {
      return parts.watching.unwatchFile(a, b);
    },
    unlink: function unlink(_a?: unknown, _b?: unknown) {
      callLater(unlink, parts.path.unlink, arguments);
    },
    unlinkSync: function unlinkSync(a?: unknown) {
      return callSync(unlinkSync, parts.path.unlink, a);
    },
    utimes: function utimes(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(utimes, parts.seldomPath.utimes, arguments);
    },
    utimesSync: function utimesSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(utimesSync, parts.seldomPath.utimes, a, b, c);
    },
    watch: function watch(a?: unknown, b?: unknown, c?: unknown) {
      return parts.watching.watch(watch, a, b, c);
    },
    watchFile: function watchFile(a?: unknown, b?: unknown, c?: unknown) {
      return parts.watching.watchFile(a, b, c);
    },
    writeFile: function writeFile(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown) {
      callLater(writeFile, parts.file.writeFile, arguments);
    },
    writeFileSync: function writeFileSync(a?: unknown, b?: unknown, c?: unknown) {
      return callSync(writeFileSync, parts.file.writeFile, a, b, c);
    },
    write: function write(_a?: unknown, _b?: unknown, _c?: unknown, _d?: unknown, _e?: unknown, _f?: unknown) {
      return parts.writing.write(write, arguments);
    },
    writeSync: function writeSync(a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown) {
      return parts.writing.writeSync(writeSync, a, b, c, d, e);
    },
    writev: function writev(a?: unknown, b?: unknown, c?: unknown, d?: unknown) {
      return parts.writing.writev(writev, a, b, c, d);
    },
    writevSync: function writevSync(a?: unknown, b?: unknown, c?: unknown) {
      return parts.writing.writevSync(writevSync, a, b, c);
    },
    Dirent: hostFs.Dirent,
    Stats: hostFs.Stats,
    _toUnixTimestamp: function toUnixTimestamp(time?: unknown) {
      return toSeconds(time);
    },
    Dir,
    opendir: function opendir(a?: unknown, b?: unknown, c?: unknown) {
      return parts.opendir.opendir(opendir, a, b, c);
    },
    opendirSync: function opendirSync(a?: unknown, b?: unknown) {
      return parts.opendir.opendirSync(opendirSync, a, b);
    },
    constants: hostFs.constants,
  };
  if (hasBlobSync) {
    Object.assign(fs, {
      openAsBlobSync: function openAsBlobSync(a?: unknown, b: unknown = undefined) {
        return parts.blob.openAsBlobSync(openAsBlobSync, a, b);
      },
    });
  }
  if (hasDisposable) {
    Object.assign(fs, {
      mkdtempDisposableSync: function mkdtempDisposableSync(a?: unknown, b?: unknown) {
        return parts.disposable.mkdtempDisposableSync(mkdtempDisposableSync, a, b);
      },
    });
  }
  addNative(fs.realpath, function native(_a?: unknown, _b?: unknown, _c?: unknown) {
    callLater(native, parts.real.native, arguments);
  });
  addNative(fs.realpathSync, function native(a?: unknown, b?: unknown) {
    return callSync(native, parts.real.native, a, b);
  });
  for (const name of ['read', 'readv', 'write', 'writev'] as const) copyPromisifyArgs(fs[name], name);
  Object.defineProperty(fs.exists, promisify.custom, {
    value: function exists(path: unknown) {
      return new Promise((resolve) => tellWhetherThere(ctx, path, resolve));
    },
  });
  return fs;
}

/** `realpath.native` and `realpathSync.native`. */
function addNative(member: object, native: unknown): void {
  (member as { native?: unknown }).native = native;
}
