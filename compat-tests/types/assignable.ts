/**
 * Compat tests, types: compiled, never run. The object must be usable where
 * Node's own is asked for, with no cast.
 */
import type * as NodeFsPromises from 'node:fs/promises';
import { createFs } from 'quotafs';
import { Union } from 'unionfs';

type NodeFs = typeof import('node:fs');

const fs = createFs({ maxQuota: 1024 * 1024 });

export const asNodeFs: NodeFs = fs;
export const asPromises: typeof NodeFsPromises = fs.promises;
export const asLayer = new Union().use(fs);
export const asCommonSlice: Pick<NodeFs, 'readFileSync' | 'stat' | 'promises' | 'createReadStream'> = fs;

/** Results keep Node's overloads: none of these is `any` or a union to narrow. */
export const text: string = fs.readFileSync('/a', 'utf8');
export const bytes: Uint8Array = fs.readFileSync('/a');
export const size: number = fs.statSync('/a').size;
export const exact: bigint = fs.statSync('/a', { bigint: true }).size;
export const absent: import('node:fs').Stats | undefined = fs.statSync('/a', { throwIfNoEntry: false });
export const names: string[] = fs.readdirSync('/');
export const entries: import('node:fs').Dirent[] = fs.readdirSync('/', { withFileTypes: true });
export const handle: Promise<import('node:fs/promises').FileHandle> = fs.promises.open('/a');

// @ts-expect-error a path is not a number
fs.statSync(1);
