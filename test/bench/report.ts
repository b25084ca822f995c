/** Benchmarks: the result as a table, on the terminal and in Markdown. */
import { TITLES } from './cases/index.js';
import { geometricMean, lookup, type Metric, type Result, type ResultFile } from './results.js';
import { LABELS, SYSTEM_NAMES, type SystemName } from './systems.js';

/** Three significant digits in the unit of the case. */
export function show(micros: number, unit: string): string {
  const value = unit === 'ms' ? micros / 1000 : micros;
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 1
        ? value.toFixed(2)
        : value.toFixed(3);
}

/** Names of the cases in a file, in the order of the report. */
export function caseNames(file: ResultFile): string[] {
  const present = new Set(file.results.filter(({ cpu }) => cpu !== undefined).map((result) => result.case));
  return [...TITLES.keys()].filter((name) => present.has(name));
}

export const systemsIn = (file: ResultFile): SystemName[] =>
  SYSTEM_NAMES.filter((system) => file.results.some((result) => result.system === system && result.cpu !== undefined));

const isPeer = (system: SystemName): boolean => system !== 'ours' && system !== 'engine' && system !== 'bare';

/** The fastest of the others in a case, the bare limit not counted. */
export function bestPeer(
  file: ResultFile,
  name: string,
  metric: Metric = 'cpu',
): { system: SystemName; time: number } | undefined {
  const times = systemsIn(file)
    .filter(isPeer)
    .flatMap((system) => {
      const time = lookup(file, name, system, metric);
      return time === undefined ? [] : [{ system, time }];
    });
  return times.sort((a, b) => a.time - b.time)[0];
}

/** How many times the time of ours another system takes, over all cases both can do. */
export function meanRatio(file: ResultFile, system: SystemName): { ratio: number; cases: number } | undefined {
  const ratios = caseNames(file).flatMap((name) => {
    const [our, their] = [lookup(file, name, 'ours'), lookup(file, name, system)];
    return our !== undefined && their !== undefined && name !== 'volume-memory' ? [their / our] : [];
  });
  return ratios.length === 0 ? undefined : { ratio: geometricMean(ratios), cases: ratios.length };
}

/** Rows of the table: title, one cell per system, then ours against the best peer and the limit. */
export function rows(file: ResultFile, metric: Metric = 'cpu'): string[][] {
  const systems = systemsIn(file);
  return caseNames(file).map((name) => {
    const { title, unit } = TITLES.get(name) ?? { title: name, unit: 'µs' };
    const cells = systems.map((system) => {
      const time = lookup(file, name, system, metric);
      return time === undefined ? '–' : show(time, unit);
    });
    const ours = lookup(file, name, 'ours', metric);
    const best = bestPeer(file, name, metric);
    const limit = lookup(file, name, 'bare', metric);
    const against =
      ours !== undefined && best !== undefined ? `${(ours / best.time).toFixed(2)} ${LABELS[best.system]}` : '–';
    const overLimit = ours !== undefined && limit !== undefined ? (ours / limit).toFixed(1) : '–';
    return [name, `${title}, ${unit}`, ...cells, against, overLimit];
  });
}

/** Cases where someone else is faster than ours. */
export function lost(file: ResultFile): string[] {
  return caseNames(file).filter((name) => {
    const ours = lookup(file, name, 'ours');
    const best = bestPeer(file, name);
    return ours !== undefined && best !== undefined && best.time < ours;
  });
}

export function printTable(file: ResultFile): void {
  const head = ['case', ...systemsIn(file).map((system) => LABELS[system]), 'ours ÷ best', 'ours ÷ bare'];
  const body = rows(file).map(([name, , ...rest]) => [name, ...rest]);
  const widths = head.map((cell, i) => Math.max(cell.length, ...body.map((row) => row[i].length)));
  const line = (row: string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  console.log(
    `Node ${file.node}, ${file.machine}; processor time, medians of ${file.rounds} × interleaved rounds (${file.effort})`,
  );
  console.log(line(head));
  for (const row of body) console.log(line(row));
  const missing = file.results.filter((result): result is Result & { missing: string } => result.missing !== undefined);
  for (const { case: name, system, missing: why } of missing) {
    if (why !== 'no bare limit' && !why.startsWith('needs Node')) console.log(`– ${name} ${LABELS[system]}: ${why}`);
  }
  for (const system of systemsIn(file)) {
    const mean = system === 'ours' ? undefined : meanRatio(file, system);
    if (mean !== undefined)
      console.log(`${LABELS[system]} takes ${mean.ratio.toFixed(2)}× our time (geometric mean of ${mean.cases} cases)`);
  }
  const behind = lost(file);
  if (behind.length > 0) console.log(`behind the best peer: ${behind.join(', ')}`);
}
