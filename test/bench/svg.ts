/**
 * Benchmarks: the one chart the reports need, as SVG text: rows with dots on a
 * logarithmic axis, a line at 1. Light and dark follow the reader's setting.
 */

export interface Series {
  readonly label: string;
  readonly color: string;
  /** A ring instead of a dot: a reference, not a competitor. */
  readonly hollow?: boolean;
}

export interface DotRow {
  readonly label: string;
  /** One value per series; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
}

export interface DotPlot {
  readonly title: string;
  /** Under the title: what the axis says. */
  readonly note: string;
  readonly series: readonly Series[];
  readonly rows: readonly DotRow[];
  /** What stands at 1. */
  readonly one: string;
}

const LEFT = 430;
const WIDTH = 1000;
const RIGHT = 30;
const ROW = 22;
const TOP = 96;

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .surface { fill: #ffffff; } .title { font-size: 16px; font-weight: 600; } .note, .tick { fill: #59636e; font-size: 12px; }
    .grid { stroke: #d8dee4; } .one { stroke: #1f2328; stroke-width: 1.5; } .stripe { fill: #f6f8fa; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .surface { fill: #0d1117; } .note, .tick { fill: #9198a1; }
      .grid { stroke: #30363d; } .one { stroke: #e6edf3; } .stripe { fill: #151b23; }
    }`;

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const tickLabel = (power: number): string =>
  `${power >= 0 ? (10 ** power).toLocaleString('en') : (10 ** power).toFixed(-power)}×`;

/** Draws the chart. */
export function dotPlot({ title, note, series, rows, one }: DotPlot): string {
  const values = rows.flatMap((row) => row.values).filter((value): value is number => value !== undefined && value > 0);
  const low = Math.floor(Math.log10(Math.min(1, ...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, ...values))));
  const x = (value: number): number => LEFT + ((Math.log10(value) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + rows.length * ROW;
  const parts: string[] = [];
  const text = (at: number, y: number, content: string, attributes: string): void => {
    parts.push(`<text x="${at.toFixed(1)}" y="${y}" ${attributes}>${escapeText(content)}</text>`);
  };

  text(16, 26, title, 'class="title"');
  text(16, 46, note, 'class="note"');
  let legend = 16;
  for (const { label, color, hollow } of series) {
    parts.push(
      `<circle cx="${legend + 5}" cy="66" r="5" ${hollow ? `fill="none" stroke="${color}" stroke-width="2"` : `fill="${color}"`}/>`,
    );
    text(legend + 16, 70, label, 'class="note"');
    legend += 32 + label.length * 7;
  }
  rows.forEach((row, i) => {
    if (i % 2 === 0)
      parts.push(`<rect class="stripe" x="8" y="${TOP + i * ROW}" width="${WIDTH - 16}" height="${ROW}"/>`);
    text(LEFT - 14, TOP + i * ROW + 15, row.label, 'text-anchor="end"');
  });
  for (let power = low; power <= high; power++) {
    const at = x(10 ** power);
    parts.push(`<line class="grid" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${TOP}" y2="${bottom}"/>`);
    text(at, bottom + 18, tickLabel(power), 'class="tick" text-anchor="middle"');
  }
  parts.push(`<line class="one" x1="${x(1).toFixed(1)}" x2="${x(1).toFixed(1)}" y1="${TOP - 6}" y2="${bottom}"/>`);
  text(x(1), TOP - 10, one, 'class="note" text-anchor="middle"');
  rows.forEach((row, i) => {
    row.values.forEach((value, column) => {
      if (value === undefined || value <= 0) return;
      const { color, hollow, label } = series[column];
      const paint = hollow ? `fill="none" stroke="${color}" stroke-width="2"` : `fill="${color}"`;
      const tip = escapeText(
        `${row.label}, ${label}: ${value < 0.01 ? value.toExponential(1) : value.toPrecision(3)}×`,
      );
      parts.push(
        `<circle cx="${x(value).toFixed(1)}" cy="${TOP + i * ROW + ROW / 2}" r="5" ${paint}><title>${tip}</title></circle>`,
      );
    });
  });
  const height = bottom + 34;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">
  <style>${STYLE}
  </style>
  <rect class="surface" width="${WIDTH}" height="${height}"/>
  ${parts.join('\n  ')}
</svg>
`;
}
