/** The numbers that the page's script draws, as small as they can be without losing a peak. */
import type { Span } from '../../analysis/run-facts.js';
import { plotRows } from './plot-rows.js';
import { DIGITS_OF } from './plot-text.js';
import type { RunPlot } from './run-plots.js';

/** One line as the script reads it; `null` is a gap. */
interface PlotLineData {
  readonly name: string;
  readonly color: string;
  readonly style: string;
  readonly values: readonly (number | null)[];
}

/** One plot as the script reads it. */
export interface PlotData {
  readonly id: string;
  readonly unit: string;
  readonly currency: string;
  readonly isLog: boolean;
  /** Instants in ms since the axis' origin, each as its distance from the one before it. */
  readonly steps: readonly number[];
  readonly lines: readonly PlotLineData[];
  /** Length of the parts of which only lowest and highest are kept; absent when every change is. */
  readonly thinnedToMs?: number;
}

/**
 * Rows of a plot. More are no clearer: a part of a plot that is 1,500 pixels wide is then less than one
 * pixel, and an hour of seconds is still whole.
 */
const MAX_ROWS = 4_000;

/** A plot's lines within the observed time. */
export function plotData(plot: RunPlot, span: Span, originT: number): PlotData {
  const series = plot.lines.map((line) => line.series);
  const { instants, values, thinnedToMs } = plotRows(series, { ...span, maxRows: MAX_ROWS });
  const digits = DIGITS_OF[plot.unit];
  const rounded = instants.map((t) => Math.round(t - originT));
  return {
    id: plot.id,
    unit: plot.unit,
    currency: plot.currency ?? '',
    isLog: plot.isLog,
    steps: rounded.map((ms, index) => ms - (rounded[index - 1] ?? 0)),
    lines: plot.lines.map(({ name, color, style }, index) => ({
      name,
      color,
      style,
      values: (values[index] ?? []).map((value) =>
        value === undefined ? null : Number(value.toFixed(digits)),
      ),
    })),
    ...(thinnedToMs === undefined ? {} : { thinnedToMs }),
  };
}
