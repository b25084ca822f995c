/**
 * Adapter, archives: pax records ("LENGTH KEY=VALUE\n"), pax(1). Strict where
 * node-tar's own parser is lenient: a record that does not add up makes two
 * readers see two archives, and a value may hold newlines.
 */
import { isUtf8 } from 'node:buffer';
import { refuse } from './archive-error.js';

const SPACE = 0x20;
const NEWLINE = 0x0a;

/** @throws ArchiveError CORRUPT when a record is malformed, NAME when one is not UTF-8 */
export function parsePax(block: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < block.length; ) {
    const space = block.indexOf(SPACE, at);
    const digits = space < 0 ? '' : block.toString('latin1', at, space);
    const end = at + Number(digits);
    if (!/^[1-9]\d{0,8}$/.test(digits) || end > block.length || block[end - 1] !== NEWLINE) throw malformed();
    const record = block.subarray(space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals <= 0) throw malformed();
    if (!isUtf8(record)) throw refuse('NAME', 'a pax record is not UTF-8', record.toString('latin1'));
    records.set(record.toString('utf8', 0, equals), record.toString('utf8', equals + 1));
    at = end;
  }
  return records;
}

const malformed = () => refuse('CORRUPT', 'a pax record is malformed');

export function formatPax(records: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(Object.entries(records).map(([key, value]) => formatRecord(` ${key}=${value}\n`)));
}

/** The length counts its own digits. */
function formatRecord(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  let length = bytes;
  while (String(length).length + bytes !== length) length = String(length).length + bytes;
  return Buffer.from(length + text);
}
