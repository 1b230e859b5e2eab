/** The short table at the end of a matrix: a few measures of each variant, medians over its trials. */
import { join } from 'node:path';
import { measureNamed } from '../analysis/catalogue/catalogue.js';
import { figureText } from '../report/figure-text.js';
import { ABSENT } from '../report/format.js';
import { table, type TableColumn } from '../report/table.js';
import { type MatrixFolder, reportedFigures } from '../run/matrix-folder.js';
import type { ReadMatrix } from '../run/read-matrix.js';

const COLUMNS: Readonly<Record<string, string>> = {
  'slo.violationSeconds': 'SLO broken',
  'responseTime.p95': 'p95',
  'errors.rate': 'errors',
  'scaleUp.latency.max': 'scale-up',
  'replicas.mean': 'pods',
  'cost.run': 'cost',
};

/** The measures that the table has, by name. */
export const MAIN_MEASURES: readonly string[] = Object.keys(COLUMNS);

const MOST_ROWS = 40;

/** The figures of a matrix's trials, as far as they are known. */
export class MatrixFigures {
  readonly #byVariant = new Map<string, Readonly<Record<string, number>>[]>();

  /** Begins with the trials that are done already. */
  constructor(folder: MatrixFolder) {
    for (const { variant, outcome, folder: run } of folder.index.trials) {
      if (outcome !== 'completed' || run === undefined) continue;
      this.add(variant, reportedFigures(join(folder.path, run), MAIN_MEASURES));
    }
  }

  /** Adds a trial's; one without any figures counts for nothing. */
  add(variant: string, figures: Readonly<Record<string, number>>): void {
    if (Object.keys(figures).length === 0) return;
    const known = this.#byVariant.get(variant);
    if (known === undefined) this.#byVariant.set(variant, [figures]);
    else known.push(figures);
  }

  /** The table, in lines. */
  text({ variants, baseline, experiment }: ReadMatrix): readonly string[] {
    const { currency } = experiment.price;
    const all = [...this.#byVariant.values()].flat();
    const shown = MAIN_MEASURES.filter((name) => all.some((figures) => name in figures));
    const columns: readonly TableColumn[] = [
      { title: 'variant', align: 'left' },
      { title: 'trials', align: 'right' },
      ...shown.map((name) => ({ title: COLUMNS[name] ?? name, align: 'right' }) as const),
    ];
    const rows = variants.slice(0, MOST_ROWS).map(({ name }) => {
      const trials = this.#byVariant.get(name) ?? [];
      const cells = shown.map((measure) => medianText(measure, trials, currency));
      const marked = name === baseline ? `${name} *` : name;
      return [marked, String(trials.length)].concat(cells);
    });
    const more = variants.length - MOST_ROWS;
    return [
      ...table(columns, rows),
      ...(more > 0 ? [`... and ${more} variants more, which \`npm run compare\` shows`] : []),
      '',
      '* baseline. Medians over trials; differences may be chance: compare tells.',
      `Columns: ${shown.map((name) => `${COLUMNS[name] ?? ''} = ${name}`).join(', ')}.`,
    ];
  }
}

function medianText(
  name: string,
  trials: readonly Readonly<Record<string, number>>[],
  currency: string,
): string {
  const unit = measureNamed(name)?.unit;
  const values = trials.flatMap((figures) => figures[name] ?? []).toSorted((a, b) => a - b);
  const middle = median(values);
  return middle === undefined || unit === undefined ? ABSENT : figureText(middle, unit, currency);
}

/** The mean of the two in the middle where there are two; undefined of nothing. */
function median(sorted: readonly number[]): number | undefined {
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
