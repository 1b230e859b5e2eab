/** What another HPA would have decided, side by side with what was: a table, a plot and what to know. */
import { explainedDecision } from '../analysis/hpa-decisions.js';
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import type { StepSeries } from '../timeline/series.js';
import { resample } from '../timeline/series.js';
import { ABSENT, clockText, plural, wrapped } from './format.js';
import { decisionReason } from './hpa-decisions.js';
import { plot, type PlotLine } from './plot.js';
import { table, type TableColumn } from './table.js';
import { axisLines, type TimeAxis } from './time-axis.js';

/** One sync, decided twice. */
export interface ComparedSync {
  /** ms since the epoch. */
  readonly atMs: number;
  /** Size at that time; undefined when it could not be read. */
  readonly recordedReplicas: number | undefined;
  /** What was wanted then; undefined when that is not on record. */
  readonly thenReplicas: number | undefined;
  /** What the other HPA decides. */
  readonly decision: HpaDecision;
}

/** A backtest to be shown. */
export interface BacktestView {
  /** What times count from, ms since the epoch. */
  readonly startMs: number;
  readonly syncs: readonly ComparedSync[];
  /** Whose decision stands beside: `decided then`; undefined: none is on record. */
  readonly thenTitle: string | undefined;
  /** In sentences without their stop. */
  readonly notes: readonly string[];
}

/** How it is laid out. */
export interface BacktestLayout {
  readonly columns: number;
  /** Every sync; else a long table has only those at which something is other than before. */
  readonly isWhole: boolean;
}

/** Up to so many rows a table is shown whole. */
const SHORT_TABLE = 40;
const LABEL_COLUMNS = 7;
const AXIS_COLUMNS = 2;
const ROWS = 11;

/** The backtest as lines of text. */
export function backtestReport(view: BacktestView, layout: BacktestLayout): readonly string[] {
  const notes = view.notes.flatMap((note) =>
    wrapped(`${note}.`, layout.columns - 6).map(
      (line, row) => `${row === 0 ? 'Note: ' : '      '}${line}`,
    ),
  );
  return [
    ...sideBySide(view, layout),
    '',
    ...wrapped(`${summaryText(view)}.`, layout.columns),
    '',
    ...sizePlot(view, layout.columns),
    '',
    ...notes,
  ];
}

function sideBySide(
  view: BacktestView,
  { isWhole, columns: width }: BacktestLayout,
): readonly string[] {
  const { syncs, thenTitle, startMs } = view;
  const columns: readonly TableColumn[] = [
    { title: 'at', align: 'right' },
    { title: 'pods', align: 'right' },
    ...(thenTitle === undefined ? [] : [{ title: thenTitle, align: 'right' } as const]),
    { title: 'the other HPA', align: 'right' },
    { title: 'its reason', align: 'left' },
  ];
  const shown =
    isWhole || syncs.length <= SHORT_TABLE
      ? syncs
      : syncs.filter((sync, index) => isOther(sync, syncs[index - 1]));
  const rows = shown.map(({ atMs, recordedReplicas, thenReplicas, decision }) => [
    clockText(atMs - startMs),
    sizeText(recordedReplicas),
    ...(thenTitle === undefined ? [] : [sizeText(thenReplicas)]),
    sizeText(decision.toReplicas),
    decision.kind === 'cannot-decide' ? cannotText(decision) : reasonText(decision, startMs),
  ]);
  const left = syncs.length - shown.length;
  const rest =
    left === 0
      ? []
      : [`${left} more syncs at which nothing was other than before (--all shows them)`];
  return [...table(columns, rows, width), ...rest];
}

function isOther(sync: ComparedSync, before: ComparedSync | undefined): boolean {
  return (
    before === undefined ||
    sync.recordedReplicas !== before.recordedReplicas ||
    sync.thenReplicas !== before.thenReplicas ||
    sync.decision.toReplicas !== before.decision.toReplicas
  );
}

function reasonText(decision: HpaDecision, startMs: number): string {
  const t = decision.atMs - startMs;
  const reason = decisionReason(explainedDecision({ t, decision, real: undefined }, startMs));
  return reason === '' ? 'nothing to change' : reason;
}

function cannotText({ steps }: HpaDecision): string {
  const failed = steps.find((step) => step.kind === 'metric' && step.from === 'failed');
  const because = failed?.kind === 'metric' && failed.from === 'failed' ? `: ${failed.reason}` : '';
  return `cannot decide${because}`;
}

function sizeText(replicas: number | undefined): string {
  return replicas === undefined ? ABSENT : String(replicas);
}

/** What was wanted then, or, where that is not on record, the size there was. */
function besideOf({ thenReplicas, recordedReplicas }: ComparedSync): number | undefined {
  return thenReplicas ?? recordedReplicas;
}

function summaryText({ syncs, thenTitle }: BacktestView): string {
  let [more, fewer, same, undecided] = [0, 0, 0, 0];
  for (const sync of syncs) {
    const [ours, beside] = [sync.decision.toReplicas, besideOf(sync)];
    if (ours === undefined || beside === undefined) undecided++;
    else if (ours > beside) more++;
    else if (ours < beside) fewer++;
    else same++;
  }
  const than = thenTitle === undefined ? 'than there were' : `than what was ${thenTitle}`;
  const parts = [
    `the same at ${same}`,
    `more ${than} at ${more}`,
    `fewer at ${fewer}`,
    ...(undecided === 0 ? [] : [`undecided at ${undecided}`]),
  ];
  return `Of ${plural(syncs.length, 'sync')} the other HPA wants ${parts.join(', ')}`;
}

function sizePlot({ syncs, startMs, thenTitle }: BacktestView, width: number): readonly string[] {
  const first = syncs[0];
  const last = syncs.at(-1);
  if (first === undefined || last === undefined || first.atMs === last.atMs) return [];
  const columns = width - LABEL_COLUMNS - AXIS_COLUMNS;
  const axis: TimeAxis = {
    fromT: first.atMs - startMs,
    // the last decision holds for as long as a sync, or it would have no width
    toT: last.atMs - startMs + (last.atMs - first.atMs) / (syncs.length - 1),
    originT: 0,
    columns,
  };
  const line = (name: string, style: PlotLine['style'], of: StepSeries): PlotLine => ({
    name,
    style,
    values: resample(of, { fromT: axis.fromT, toT: axis.toT, count: columns, rule: 'last' }),
  });
  const series = (size: (sync: ComparedSync) => number | undefined): StepSeries =>
    syncs.map((sync) => ({ t: sync.atMs - startMs, value: size(sync) }));
  const lines = [
    line(thenTitle ?? 'recorded', 'dotted', series(besideOf)),
    line(
      'the other HPA',
      'thick',
      series(({ decision }) => decision.toReplicas),
    ),
  ];
  const highest = lines
    .flatMap(({ values }) => values)
    .reduce<number>((most, value) => Math.max(most, value ?? 0), 2);
  const drawn = plot({
    title: 'Pods wanted',
    lines,
    rows: Math.min(highest + 1, ROWS),
    columns,
    labelColumns: LABEL_COLUMNS,
    label: (value) => String(Number(value.toFixed(1))),
    min: 0,
    atLeastMax: 2,
    isRound: highest >= ROWS,
    marks: [],
  });
  return [...drawn, ...axisLines(axis, LABEL_COLUMNS)];
}
