/** Host layer: sizes for people. */
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];

/** 0 B, 999 B, 1.5 KiB, 12 MiB: three digits at most before the unit. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1023.5 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
