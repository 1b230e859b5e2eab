/** Values of a plot in words. */
import { latencyText, moneyText, numberText } from '../format.js';
import type { RunPlot } from './run-plots.js';

/** A value with its unit: `45/s`, `120ms`, `7`, `63 %`, `0.051 USD`. */
export function plotValueText(value: number, plot: Pick<RunPlot, 'unit' | 'currency'>): string {
  switch (plot.unit) {
    case 'perSecond':
      return `${numberText(value, value < 10 ? 1 : 0)}/s`;
    case 'ms':
      return latencyText(value);
    case 'pods':
      return numberText(value);
    case 'percent':
      return `${numberText(value)} %`;
    case 'number':
      return numberText(value, 2);
    case 'currencyPerHour':
      return moneyText(value, plot.currency ?? '');
    default:
      return plot.unit satisfies never;
  }
}

/** Decimals to which values of a unit are kept in the page's data. */
export const DIGITS_OF: Readonly<Record<RunPlot['unit'], number>> = {
  perSecond: 2,
  ms: 2,
  pods: 0,
  percent: 1,
  currencyPerHour: 6,
  number: 3,
};
