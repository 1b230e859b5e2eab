/** What users felt: the SLO and what it waited for, each load change, failures and how load was spread. */
import type { Analysis } from '../../analysis/analyze.js';
import type { FailureReport } from '../../analysis/failures.js';
import type { Imbalance } from '../../analysis/imbalance.js';
import type { LoadEffect } from '../../analysis/load-effects.js';
import { mapMeasure, valueOf, type Measure } from '../../analysis/measure.js';
import type { LoadStretch } from '../../analysis/requests.js';
import type { SloReport, SloViolation } from '../../analysis/slo-report.js';
import { formatDurationMs } from '../../core/duration.js';
import {
  ABSENT,
  clockText,
  latencyText,
  measureText,
  numberText,
  plural,
  wrapped,
} from '../format.js';
import { table } from '../table.js';
import { CAUSE_TEXTS, FAILURE_TEXTS, sloText } from '../user-text.js';

const MAX_ROWS = 8;

/** Where an instant is on the report's clock, and how wide lines may be. */
export interface LineOptions {
  readonly originT: number;
  readonly columns: number;
}

/** Successive sections; those of which nothing is known are left out. */
export function userLines(
  analysis: Analysis,
  options: LineOptions,
): readonly (readonly string[])[] {
  const { slo, loadEffects, failures, imbalance } = analysis;
  return [
    slo.kind === 'measured' ? sloLines(slo.value, options) : [],
    effectLines(valueOf(loadEffects) ?? [], options),
    failureLines(failures, options.columns),
    imbalance.kind === 'measured' ? imbalanceLines(imbalance.value, options.columns) : [],
  ];
}

function sloLines(slo: SloReport, { originT, columns }: LineOptions): readonly string[] {
  const heading = wrapped(`What users felt: ${sloText(slo)}`, columns);
  if (slo.violations.length === 0) return heading;
  const causes = slo.byCause.map(
    ({ cause, violationSeconds, bad }) =>
      `${violationSeconds} s ${CAUSE_TEXTS[cause]} (${plural(bad, 'request')})`,
  );
  const shown = slo.violations.slice(0, MAX_ROWS);
  const rest = slo.violations.length - shown.length;
  return [
    ...heading,
    ...wrapped(`Broken while: ${causes.join('; ')}.`, columns),
    ...table(
      [
        { title: 'SLO broken', align: 'left' },
        { title: 'seconds', align: 'right' },
        { title: 'not good', align: 'right' },
        { title: 'while', align: 'left' },
      ],
      shown.map((violation) => violationRow(violation, originT)),
      columns,
    ),
    ...(rest === 0 ? [] : [`and ${rest} more`]),
  ];
}

function violationRow(of: SloViolation, originT: number): readonly string[] {
  const { fromT, toT, violationSeconds, bad, total, waits } = of;
  const causes = [...new Set(waits.map(({ cause }) => CAUSE_TEXTS[cause]))];
  return [
    `${clockText(fromT - originT)} - ${clockText(toT - originT)}`,
    numberText(violationSeconds),
    `${numberText(bad)} of ${numberText(total)}`,
    causes.join(', then '),
  ];
}

function effectLines(
  effects: readonly LoadEffect[],
  { originT, columns }: LineOptions,
): readonly string[] {
  // The first "change" of a load is its begin: there is nothing to compare with. At its end nobody is there.
  const all = effects.filter(
    ({ before, during }) => before.kind === 'measured' && during.kind === 'measured',
  );
  if (all.length === 0) return [];
  const felt = all.slice(0, MAX_ROWS);
  const rest = all.length - felt.length;
  const lines = table(
    [
      { title: 'Load change', align: 'left' },
      { title: 'at', align: 'right' },
      { title: 'p99 before', align: 'right' },
      { title: 'meanwhile', align: 'right' },
      { title: 'after', align: 'right' },
      { title: 'meanwhile: until', align: 'left' },
    ],
    felt.map(({ change, before, during, after, until }) => [
      `${numberText(change.fromPerSecond, 1)}/s to ${numberText(change.toPerSecond, 1)}/s`,
      clockText(change.t - originT),
      p99Of(before),
      p99Of(during),
      p99Of(after),
      until,
    ]),
    columns,
  );
  return rest === 0 ? lines : [...lines, `and ${rest} more`];
}

function p99Of(stretch: Measure<LoadStretch>): string {
  const p99 = valueOf(mapMeasure(stretch, ({ responseTimes }) => responseTimes.p99Ms));
  return p99 === undefined ? ABSENT : measureText(p99, latencyText);
}

function failureLines({ total, byCause }: FailureReport, columns: number): readonly string[] {
  if (total === 0) return [];
  return [
    `Failed requests: ${numberText(total)}, by what was going on at that time`,
    ...byCause.flatMap(({ cause, count, byKind, evidence }) => {
      const kinds = Object.entries(byKind).map(([kind, times]) => `${numberText(times)} ${kind}`);
      const text = `${numberText(count)} ${FAILURE_TEXTS[cause]} (${kinds.join(', ')}): ${evidence}`;
      return wrapped(text, columns - 2 * 2).map(
        (line, row) => `${row === 0 ? '  ' : '    '}${line}`,
      );
    }),
  ];
}

function imbalanceLines(
  { cv, cvByChance, maxOverMean, stretches }: Imbalance,
  columns: number,
): readonly string[] {
  const observedMs = stretches.reduce((sum, { fromT, toT }) => sum + toT - fromT, 0);
  const verdict = cv > 2 * cvByChance ? 'more than chance explains' : 'about what chance explains';
  return wrapped(
    `Spread over the pods: the busiest gave ${numberText(maxOverMean, 2)} times the mean of all; variation ${numberText(cv, 2)}, ${verdict} (${numberText(cvByChance, 2)}), over ${formatDurationMs(observedMs)} with the same pods.`,
    columns,
  );
}
