/** What a capacity search found, as plain text: every try, the answer, and the demand curve drawn. */
import {
  sloText,
  type CapacityTrial,
  type ClosedEstimate,
  type ReplicaCapacity,
  type TrialFigures,
} from '../analysis/capacity.js';
import type { CapacityFound, RateStanding } from '../load/capacity-search.js';
import type { DemandCurve } from '../load/demand-curve.js';
import type { CapacityResult } from './capacity-json.js';
import { latencyText, measureText, numberText, percentText, plural, wrapped } from './format.js';
import { plot } from './plot.js';
import { table, type TableColumn } from './table.js';

const MIN_COLUMNS = 80;
const MAX_COLUMNS = 160;

/** The search as text; ends with a line end. */
export function capacityText(
  result: CapacityResult,
  options: { readonly columns: number },
): string {
  const columns = Math.min(Math.max(options.columns, MIN_COLUMNS), MAX_COLUMNS);
  const { experiment, capacities, slo, isInterrupted, curve } = result;
  const sections: readonly (readonly string[])[] = [
    wrapped(`Capacity of ${experiment.name}: the highest rate at which ${sloText(slo)}`, columns),
    isInterrupted ? ['!! INTERRUPTED: what was found until then'] : [],
    ...capacities.map((capacity) => trialTable(capacity)),
    capacities.flatMap((capacity) => wrapped(answer(capacity), columns)),
    curve === undefined
      ? [
          isInterrupted
            ? 'There is no demand curve: no rate had held before the search was stopped.'
            : 'There is no demand curve: no number of replicas held any rate that was tried.',
        ]
      : [...curvePlot(curve, columns), '', ...curveTable(curve)],
  ];
  const text = sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
  return `${text}\n`;
}

const TRIAL_COLUMNS: readonly TableColumn[] = [
  { title: 'Tried', align: 'left' },
  { title: 'why', align: 'left' },
  { title: 'due', align: 'right' },
  { title: 'good', align: 'right' },
  { title: 'p50', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'outcome', align: 'left' },
];

function trialTable({ replicas, estimates, trials }: ReplicaCapacity): readonly string[] {
  return [
    `With ${plural(replicas, 'pod')}:`,
    ...table(TRIAL_COLUMNS, [...estimates.map(estimateRow), ...trials.map(trialRow)]),
  ];
}

function estimateRow(estimate: ClosedEstimate): readonly string[] {
  const users = plural(estimate.concurrency, 'user');
  const through = measureText(estimate.answeredPerSecond, rateText);
  return [users, 'first guess', ...figures(estimate), `got through ${through}`];
}

function trialRow(trial: CapacityTrial): readonly string[] {
  return [rateText(trial.ratePerSecond), trial.why, ...figures(trial), outcomeText(trial)];
}

/** `held`, `missed`, or that the sender was to blame. */
export function outcomeText({ outcome }: Pick<CapacityTrial, 'outcome'>): string {
  return outcome === 'saturated' ? 'generator saturated' : outcome;
}

function figures({ due, goodShare, p50Ms, p99Ms }: TrialFigures): readonly string[] {
  return [
    numberText(due),
    measureText(goodShare, percentText),
    measureText(p50Ms, latencyText),
    measureText(p99Ms, latencyText),
  ];
}

/** The answer in a sentence: `1 pod holds 38/s (3 of 3 tries); at 40/s it missed (2 of 2 tries).` */
export function answer({ replicas, found }: Pick<ReplicaCapacity, 'replicas' | 'found'>): string {
  const pods = plural(replicas, 'pod');
  const verb = replicas === 1 ? 'holds' : 'hold';
  const { held, missed } = found;
  if (held === undefined && missed === undefined && found.kind === 'unfinished') {
    return `What ${pods} ${verb} is not known: ${found.because ?? 'no rate was judged'}.`;
  }
  if (held === undefined) {
    return `${pods} ${verb} no rate that was tried: ${found.because ?? 'all missed'}.`;
  }
  const limit =
    missed === undefined
      ? ''
      : `; at ${rateText(missed.ratePerSecond)} the SLO was missed (${tries(missed, missed.missed)})`;
  const kind = kindText(found);
  return `${pods} ${verb} ${kind}${rateText(held.ratePerSecond)} (held in ${tries(held, held.held)})${limit}.${reason(found)}`;
}

function kindText({ kind }: CapacityFound): string {
  if (kind === 'at-least') return 'at least ';
  return kind === 'unfinished' ? 'as far as is known ' : '';
}

function reason({ because }: CapacityFound): string {
  return because === undefined ? '' : ` Not more is known: ${because}.`;
}

function tries({ held, missed }: RateStanding, count: number): string {
  const all = held + missed;
  return all === 1 ? 'the one try' : `${count} of ${all} tries`;
}

const CURVE_COLUMNS: readonly TableColumn[] = [
  { title: 'Pods', align: 'right' },
  { title: 'hold up to', align: 'right' },
  { title: 'known by', align: 'left' },
];

function curveTable({ points }: DemandCurve): readonly string[] {
  return table(
    CURVE_COLUMNS,
    points.map(({ replicas, maxRatePerSecond, kind, isAtLeast }) => [
      String(replicas),
      `${isAtLeast ? 'at least ' : ''}${rateText(maxRatePerSecond)}`,
      kind === 'measured' ? 'measured' : 'modelled (in proportion)',
    ]),
  );
}

const LABEL_COLUMNS = 6;
const AXIS_COLUMNS = 2;
const MAX_ROWS = 12;

/** Replicas over the rate: at each rate the fewest that hold it. */
function curvePlot({ points }: DemandCurve, columns: number): readonly string[] {
  const width = columns - LABEL_COLUMNS - AXIS_COLUMNS;
  const highest = points.at(-1);
  if (highest === undefined || highest.maxRatePerSecond === 0) return [];
  const step = highest.maxRatePerSecond / width;
  const at = Array.from({ length: width }, (_, column) => {
    const rate = (column + 0.5) * step;
    return points.find(({ maxRatePerSecond }) => rate <= maxRatePerSecond);
  });
  const valuesOf = (kind: string): readonly (number | undefined)[] =>
    at.map((point) => (point?.kind === kind ? point.replicas : undefined));
  const rows = Math.min(highest.replicas + 1, MAX_ROWS);
  return [
    ...plot({
      title: 'Demand curve: the fewest pods for each rate',
      lines: [
        { name: 'modelled', style: 'dotted', values: valuesOf('modelled') },
        { name: 'measured', style: 'thick', values: valuesOf('measured') },
      ],
      rows: Math.max(rows, 2),
      columns: width,
      labelColumns: LABEL_COLUMNS,
      label: (value) => numberText(value, highest.replicas < MAX_ROWS ? 0 : 1),
      min: 0,
      atLeastMax: highest.replicas,
      marks: [],
    }),
    ...rateAxis(highest.maxRatePerSecond, width),
  ];
}

const TICKS = 5;

function rateAxis(highest: number, width: number): readonly string[] {
  const ticks = Array.from({ length: width }, () => '─');
  const labels = Array.from({ length: width + 12 }, () => ' ');
  for (let tick = 0; tick <= TICKS; tick++) {
    const label = rateText((highest * tick) / TICKS);
    const column = Math.min(Math.round((width * tick) / TICKS), width - 1);
    ticks[column] = '┴';
    const from = tick === TICKS ? width - label.length : column;
    for (const [index, sign] of label.split('').entries()) labels[from + index] = sign;
  }
  const margin = ' '.repeat(LABEL_COLUMNS);
  return [`${margin}└${ticks.join('')}`, `${margin} ${labels.join('').trimEnd()}`];
}

function rateText(ratePerSecond: number): string {
  return `${numberText(ratePerSecond, ratePerSecond < 100 ? 1 : 0)}/s`;
}
