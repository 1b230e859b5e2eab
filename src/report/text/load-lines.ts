/** What became of the requests, by stretch of the load. */
import type { Analysis } from '../../analysis/analyze.js';
import { valueOf } from '../../analysis/measure.js';
import type { LoadStretch } from '../../analysis/requests.js';
import { ABSENT, clockText, latencyText, measureText, numberText, percentText } from '../format.js';
import { table, type TableColumn } from '../table.js';

const MAX_PIECES = 12;

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

/** Requests and response times of each stretch of the load and of all; empty when no second was told. */
export function stretchLines(analysis: Analysis, originT: number): readonly string[] {
  const parts = partsOf(analysis);
  const whole = valueOf(analysis.wholeLoad);
  const all = whole === undefined ? parts : [...parts, whole];
  if (all.length === 0) return [];
  const lines = table(
    STRETCH_COLUMNS,
    all.map((stretch) => stretchRow(stretch, originT)),
  );
  const hasAbsent = all.some(({ responseTimes }) => responseTimes.p999Ms.kind !== 'measured');
  const note = `${ABSENT}: too few answers for that percentile (p99 needs 100, p99.9 needs 1,000)`;
  return hasAbsent ? [...lines, note] : lines;
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

/** Pieces of the plan tell more than its stages, until there are too many of them. */
function partsOf({ stretches, stages }: Analysis): readonly LoadStretch[] {
  const pieces = valueOf(stretches) ?? [];
  if (pieces.length <= MAX_PIECES) return pieces;
  return valueOf(stages)?.map(({ load }) => load) ?? pieces;
}
