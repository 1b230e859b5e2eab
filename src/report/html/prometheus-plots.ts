/** Plots of what Prometheus told to the experiment's own queries. */
import type { Analysis } from '../../analysis/analyze.js';
import { prometheusSteps, type PrometheusFigures } from '../../analysis/prometheus-series.js';
import { PROMETHEUS_PRESETS } from '../../core/prometheus-measures.js';
import type { MeasureUnit } from '../../core/measure-unit.js';
import type { ColorRole, PlotUnit, RunPlot } from './run-plots.js';

const COLORS: readonly ColorRole[] = ['had', 'seen', 'wanted', 'slow', 'cost', 'bad'];
const UNITS: Readonly<Partial<Record<MeasureUnit, PlotUnit>>> = {
  ms: 'ms',
  perSecond: 'perSecond',
  count: 'pods',
};
const PRESETS: ReadonlySet<string> = new Set(PROMETHEUS_PRESETS.map(({ name }) => name));

/** One plot for each query of the experiment that was answered; presets are in the table of the section. */
export function prometheusPlots({ prometheus }: Analysis): readonly RunPlot[] {
  if (prometheus.kind !== 'measured') return [];
  return prometheus.value.queries.flatMap((figures) =>
    PRESETS.has(figures.name) ? [] : plotOf(figures),
  );
}

function plotOf({ name, unit, answer }: PrometheusFigures): readonly RunPlot[] {
  const plot = {
    id: `prometheus-${name}`,
    title: `${name} (Prometheus)`,
    unit: UNITS[unit] ?? 'number',
    isLog: false,
  } as const;
  if (answer.kind !== 'measured') {
    const about = 'A query of the experiment.';
    return [{ ...plot, about, lines: [], absentBecause: answer.because }];
  }
  const { query, stepMs, series } = answer.value;
  const drawn = series.slice(0, COLORS.length);
  const left = series.length - drawn.length;
  const more = left === 0 ? '' : `; ${left} more series are not drawn`;
  return [
    {
      ...plot,
      about: `What Prometheus answered to ${query}${unit === 'ratio' ? '' : `, in ${unit}`}${more}.`,
      lines: drawn.map((each, index) => ({
        name: series.length === 1 ? name : lineName(each.labels, index),
        color: COLORS[index] ?? 'had',
        style: 'line',
        series: prometheusSteps(each, stepMs),
        rule: 'last',
      })),
    },
  ];
}

function lineName(labels: Readonly<Record<string, string>>, index: number): string {
  const values = Object.entries(labels).filter(([label]) => label !== '__name__');
  return values.length === 0 ? `series ${index + 1}` : values.map(([, value]) => value).join(' ');
}
