/** `report.txt`: headline figures, plots, where the time went, tables, and what it cannot know. */
import type { Analysis } from '../analysis/analyze.js';
import { valueOf } from '../analysis/measure.js';
import type { LoadStretch } from '../analysis/requests.js';
import { experimentOf } from '../analysis/run-facts.js';
import { formatDurationMs } from '../core/duration.js';
import type { Timeline } from '../timeline/record.js';
import {
  ABSENT,
  clockText,
  countsText,
  latencyText,
  measureText,
  numberText,
  percentText,
  wrapped,
} from './format.js';
import { decisionLines } from './hpa-decisions.js';
import { headlines } from './headline.js';
import { runPlots } from './plots.js';
import { provenance } from './provenance.js';
import { table, type TableColumn } from './table.js';
import { waterfall } from './waterfall.js';

/** How wide a report is. */
export interface TextReportOptions {
  /** At least {@link MIN_COLUMNS}; less counts as that. */
  readonly columns: number;
  /** Colors for verdicts; without it there are none. */
  readonly isColored?: boolean;
}

/** Below this, plots and tables cannot be read. */
const MIN_COLUMNS = 80;
/** Wider plots are no clearer. */
const MAX_COLUMNS = 160;

/** The report of a run as plain text without color, every line within the width. Ends with a line end. */
export function textReport(
  timeline: Timeline,
  analysis: Analysis,
  options: TextReportOptions,
): string {
  const columns = Math.min(Math.max(options.columns, MIN_COLUMNS), MAX_COLUMNS);
  const originT = valueOf(analysis.loadStartT) ?? 0;
  const sections: readonly (readonly string[])[] = [
    title(timeline, columns),
    warnings(analysis, columns),
    headlines(analysis, columns),
    runPlots(timeline, analysis, columns),
    ...analysis.scaleUps.map((scaleUp) => waterfall(scaleUp, { originT, columns })),
    scaleDowns(analysis, originT),
    decisionLines(analysis.hpaDecisions, { originT, columns }),
    stretches(analysis, originT),
    flaps(analysis, originT),
    limits(timeline, analysis, columns),
  ];
  const text = sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
  return `${text}\n`;
}

function title({ header }: Timeline, columns: number): readonly string[] {
  const experiment = valueOf(experimentOf({ header, records: [] }));
  const { environment, runId, startedAt } = header;
  const name = experiment?.name ?? 'an experiment';
  const where = `${environment.target} cluster, ${environment.platform}, ${environment.cores} cores, Node ${environment.nodeVersion.replace(/^v/, '')}`;
  return [
    ...wrapped(`${name}: ${experiment?.question ?? ''}`, columns),
    ...wrapped(`run ${runId}, begun ${startedAt}, hpa-lab ${environment.labVersion}`, columns),
    ...wrapped(where, columns),
  ];
}

function warnings({ completeness, generator }: Analysis, columns: number): readonly string[] {
  const texts = [
    ...(completeness.kind === 'completed'
      ? []
      : [
          `${completeness.kind.toUpperCase().replace('-', ' ')}: ${completeness.because}. Figures cover only what happened before.`,
        ]),
    ...(generator.kind === 'saturated'
      ? [
          `NOT A RESULT: the load generator was the bottleneck (${generator.because}). Response times and errors below are not the service's.`,
        ]
      : []),
  ];
  return texts.flatMap((text) => wrapped(text, columns - 3).map((line) => `!! ${line}`));
}

function scaleDowns({ scaleDowns: all }: Analysis, originT: number): readonly string[] {
  if (all.length === 0) return [];
  const columns: readonly TableColumn[] = [
    { title: 'Scale-down', align: 'left' },
    { title: 'decided at', align: 'right' },
    { title: 'after the load fell', align: 'right' },
    { title: 'until the pods were gone', align: 'right' },
  ];
  const rows = all.map(({ from, to, decisionT, changeToDecisionMs, decisionToGoneMs }) => [
    `${from} to ${to}`,
    clockText(decisionT - originT),
    measureText(changeToDecisionMs, formatDurationMs),
    measureText(decisionToGoneMs, formatDurationMs),
  ]);
  return table(columns, rows);
}

const STRETCH_COLUMNS: readonly TableColumn[] = [
  { title: 'Stretch of load', align: 'left' },
  { title: 'from', align: 'right' },
  { title: 'rate', align: 'right' },
  { title: 'due', align: 'right' },
  { title: 'errors', align: 'right' },
  { title: 'p50', align: 'right' },
  { title: 'p90', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'p99.9', align: 'right' },
  { title: 'max', align: 'right' },
];

function stretches(analysis: Analysis, originT: number): readonly string[] {
  const parts = valueOf(analysis.stretches) ?? [];
  const whole = valueOf(analysis.wholeLoad);
  const all = whole === undefined ? parts : [...parts, whole];
  if (all.length === 0) return [];
  const lines = table(
    STRETCH_COLUMNS,
    all.map((stretch) => stretchRow(stretch, originT)),
  );
  const hasAbsent = all.some(({ responseTimes }) => responseTimes.p999Ms.kind !== 'measured');
  const note = `${ABSENT}: too few answers for that percentile (p99 needs 100, p99.9 needs 1,000)`;
  const kinds = whole === undefined ? undefined : countsText({ ...whole.failed });
  return [
    ...lines,
    ...(hasAbsent ? [note] : []),
    ...(kinds === undefined ? [] : [`Failed requests by kind: ${kinds}`]),
  ];
}

function stretchRow(stretch: LoadStretch, originT: number): readonly string[] {
  const { name, fromT, plannedPerSecond, due, errors, errorShare, responseTimes } = stretch;
  const { p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = responseTimes;
  return [
    name,
    clockText(fromT - originT),
    measureText(plannedPerSecond, (rate) => `${numberText(rate, 1)}/s`),
    numberText(due),
    errors === 0 ? '0' : `${numberText(errors)} (${measureText(errorShare, percentText)})`,
    ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map((time) => measureText(time, latencyText)),
  ];
}

function flaps({ readiness }: Analysis, originT: number): readonly string[] {
  if (readiness.flaps.length === 0) return [];
  return table(
    [
      { title: 'Readiness flap', align: 'left' },
      { title: 'at', align: 'right' },
      { title: 'for', align: 'right' },
      { title: 'restarted', align: 'left' },
    ],
    readiness.flaps.map(({ pod, unreadyT, forMs, hasRestarted }) => [
      pod,
      clockText(unreadyT - originT),
      formatDurationMs(forMs),
      hasRestarted ? 'yes' : 'no',
    ]),
  );
}

function limits(timeline: Timeline, analysis: Analysis, columns: number): readonly string[] {
  const { real, modelled, missing } = provenance(timeline, analysis);
  const part = (heading: string, texts: readonly string[]): readonly string[] =>
    texts.flatMap((text, index) =>
      wrapped(text, columns - 12).map(
        (line, row) =>
          `${(index + row === 0 ? heading : '').padEnd(10)}${row === 0 ? '- ' : '  '}${line}`,
      ),
    );
  return [
    'How far to believe it',
    ...part('Real', real),
    ...part('Modelled', modelled),
    ...part('Missing', missing),
    ...part('Noted', analysis.notes),
  ];
}
