/** What became of the requests, by stretch of the load. */
import type { Analysis } from '../../analysis/analyze.js';
import type { RequestKindLoad } from '../../analysis/by-request.js';
import { valueOf } from '../../analysis/measure.js';
import type { LoadStretch } from '../../analysis/requests.js';
import {
  ABSENT,
  clockText,
  countsText,
  latencyText,
  measureText,
  numberText,
  percentText,
} from '../format.js';
import { table, type TableColumn } from '../table.js';
import { toldStretches } from '../told-stretches.js';
import { sessionsText } from '../user-text.js';

const KIND_COLUMNS: readonly TableColumn[] = [
  { title: 'Kind of request', align: 'left' },
  { title: 'due', align: 'right' },
  { title: 'errors', align: 'right' },
  { title: 'p50', align: 'right' },
  { title: 'p90', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'p99.9', align: 'right' },
  { title: 'max', align: 'right' },
  { title: 'service p99', align: 'right' },
];

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
  const parts = toldStretches(analysis);
  const whole = valueOf(analysis.wholeLoad);
  const all = whole === undefined ? parts : [...parts, whole];
  if (all.length === 0) return [];
  const lines = table(
    STRETCH_COLUMNS,
    all.map((stretch) => stretchRow(stretch, originT)),
  );
  const hasAbsent = all.some(({ responseTimes }) => responseTimes.p999Ms.kind !== 'measured');
  const isAnswered = all.some(({ responseTimes }) => responseTimes.count > 0);
  const note = isAnswered
    ? `${ABSENT}: too few answers for that percentile (p99 needs 100, p99.9 needs 1,000)`
    : `${ABSENT}: no request was answered, so there are no response times`;
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

/** Each kind of request, sessions, and which checks failed; empty when there is nothing of it. */
export function requestLines({ byRequest }: Analysis): readonly string[] {
  const { kinds, sessions, failedChecks } = byRequest;
  const rows = (valueOf(kinds) ?? []).map(kindRow);
  const of = valueOf(sessions);
  const checks = countsText(failedChecks);
  return [
    ...(rows.length === 0 ? [] : table(KIND_COLUMNS, rows)),
    ...(of === undefined ? [] : [sessionsText(of)]),
    ...(checks === undefined ? [] : [`failed checks: ${checks}`]),
  ];
}

function kindRow({ name, due, errors, errorShare, ...times }: RequestKindLoad): readonly string[] {
  const { p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = times.responseTimes;
  return [
    name,
    numberText(due),
    errors === 0 ? '0' : `${numberText(errors)} (${measureText(errorShare, percentText)})`,
    ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs, times.serviceTimes.p99Ms].map((time) =>
      measureText(time, latencyText),
    ),
  ];
}
