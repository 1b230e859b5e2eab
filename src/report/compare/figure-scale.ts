/** One scale for all figures of a measure, so that they can be compared by eye. */
import type { MeasureFacts } from '../../analysis/compare/trial-group.js';
import type { Interval } from '../../analysis/statistics/bootstrap.js';
import type { MeasureUnit } from '../../core/measure-unit.js';
import { ABSENT, numberText } from '../format.js';

/** How figures of one measure are written: bare numbers in one unit with equally many decimals. */
export interface FigureScale {
  /** Stands in the heading; '' for bare numbers. */
  readonly unit: string;
  readonly show: (value: number) => string;
  /** With its sign. */
  readonly showDifference: (value: number) => string;
}

interface Step {
  readonly unit: string;
  /** Of the measure's own unit. */
  readonly size: number;
  /** From this magnitude on, in the measure's own unit. */
  readonly from: number;
}

const UNITS: Readonly<Record<MeasureUnit, readonly Step[]>> = {
  ms: [
    { unit: 'ms', size: 1, from: 0 },
    { unit: 's', size: 1_000, from: 1_000 },
    { unit: 'min', size: 60_000, from: 600_000 },
  ],
  share: [{ unit: '%', size: 0.01, from: 0 }],
  count: [{ unit: '', size: 1, from: 0 }],
  perSecond: [{ unit: '/s', size: 1, from: 0 }],
  perHour: [{ unit: '/h', size: 1, from: 0 }],
  currency: [{ unit: 'money', size: 1, from: 0 }],
  millicores: [{ unit: 'm', size: 1, from: 0 }],
  bytes: [
    { unit: 'B', size: 1, from: 0 },
    { unit: 'KiB', size: 1_024, from: 1_024 },
    { unit: 'MiB', size: 1_048_576, from: 1_048_576 },
    { unit: 'GiB', size: 1_073_741_824, from: 1_073_741_824 },
  ],
  podSeconds: [{ unit: 'pod-seconds', size: 1, from: 0 }],
  nodeSeconds: [{ unit: 'node-seconds', size: 1, from: 0 }],
  ratio: [{ unit: '', size: 1, from: 0 }],
};

const MOST_DECIMALS = 8;
/** Less of the largest is what adding up in another order makes. */
const ROUNDING = 1e-9;

/**
 * The scale of a measure: the largest of the values has three digits that count.
 *
 * @param values - medians; none gives whole numbers.
 */
export function figureScale(
  { unit, currency }: MeasureFacts,
  values: readonly number[],
): FigureScale {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = UNITS[unit].findLast(({ from }) => largest >= from);
  const size = step?.size ?? 1;
  const isWhole = unit === 'count' && values.every(Number.isInteger);
  const decimals = isWhole ? 0 : decimalsOf(largest / size);
  const show = (value: number): string => {
    const shown = Math.abs(value) <= largest * ROUNDING ? 0 : Math.abs(value / size);
    const text = shown.toLocaleString('en-US', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    if (shown === 0) return text;
    // small, but not nothing
    const told = /[1-9]/.test(text) ? text : String(Number(shown.toPrecision(2)));
    return value < 0 ? `-${told}` : told;
  };
  return {
    unit: unit === 'currency' ? (currency ?? 'money') : (step?.unit ?? ''),
    show,
    showDifference: (value) =>
      value > 0 && /[1-9]/.test(show(value)) ? `+${show(value)}` : show(value),
  };
}

function decimalsOf(largest: number): number {
  if (largest === 0) return 0;
  return Math.min(Math.max(2 - Math.floor(Math.log10(largest)), 0), MOST_DECIMALS);
}

/** `398..441`; a dash where there is none. */
export function intervalText(
  interval: Interval | undefined,
  show: (value: number) => string,
): string {
  return interval === undefined ? ABSENT : `${show(interval.low)}..${show(interval.high)}`;
}

/** A chance: `0.042`, `0.31`, `<0.001`. */
export function chanceText(p: number | undefined): string {
  if (p === undefined) return ABSENT;
  if (p < 0.001) return '<0.001';
  return p < 0.1 ? p.toFixed(3) : numberText(p, 2);
}
