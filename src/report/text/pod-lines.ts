/** Flaps with what surrounded them, and how close pods came to what they may use. */
import type { Analysis } from '../../analysis/analyze.js';
import type { ExplainedFlap } from '../../analysis/explained-flaps.js';
import type { Measure } from '../../analysis/measure.js';
import type { Saturation } from '../../analysis/saturation.js';
import type { Spread } from '../../analysis/spread.js';
import { formatDurationMs } from '../../core/duration.js';
import { ABSENT, clockText, measureText, numberText, percentText, wrapped } from '../format.js';
import { table, type TableColumn } from '../table.js';
import type { LineOptions } from './user-lines.js';

const MAX_FLAPS = 12;

const FLAP_COLUMNS: readonly TableColumn[] = [
  { title: 'Readiness flap', align: 'left' },
  { title: 'at', align: 'right' },
  { title: 'for', align: 'right' },
  { title: 'restart', align: 'left' },
  { title: 'throttled', align: 'right' },
  { title: 'of limit', align: 'right' },
  { title: 'load', align: 'right' },
  { title: 'failed', align: 'right' },
];

/** Each flap with what surrounded it; empty when there was none. */
export function flapLines(
  { flaps }: Analysis,
  { originT, columns }: LineOptions,
): readonly string[] {
  if (flaps.length === 0) return [];
  const shown = flaps.slice(0, MAX_FLAPS);
  const messages = new Set(
    shown.flatMap(({ around }) =>
      around.lastProbeFailure === undefined ? [] : [around.lastProbeFailure],
    ),
  );
  const rest = flaps.length - shown.length;
  return [
    ...table(
      FLAP_COLUMNS,
      shown.map((flap) => flapRow(flap, originT)),
    ),
    ...(rest === 0 ? [] : [`and ${rest} more`]),
    ...wrapped(
      'throttled: share of time stopped at the CPU limit, from 10 s before; failed: requests beyond those that failed before it',
      columns,
    ),
    ...[...messages].flatMap((message) => wrapped(`probe: ${message}`, columns)),
  ];
}

function flapRow(
  { pod, unreadyT, forMs, hasRestarted, around, requests }: ExplainedFlap,
  originT: number,
): readonly string[] {
  return [
    pod,
    clockText(unreadyT - originT),
    formatDurationMs(forMs),
    hasRestarted ? 'yes' : 'no',
    measureText(around.cpuThrottledShare, percentText),
    measureText(around.cpuOfLimit, percentText),
    measureText(around.ratePerSecond, (rate) => `${numberText(rate, 1)}/s`),
    requests.kind === 'measured' ? numberText(requests.value.failedBecauseOfIt) : ABSENT,
  ];
}

/** Use against requests and limits; empty when no use was read. */
export function saturationLines({ saturation }: Analysis, columns: number): readonly string[] {
  const rows: readonly (readonly [string, Measure<Spread>])[] = [
    ['CPU of the requests', saturation.cpuOfRequest],
    ['CPU of the limits', saturation.cpuOfLimit],
    ['memory of the limits', saturation.memoryOfLimit],
  ];
  const known = rows.flatMap(([name, spread]) =>
    spread.kind === 'measured' ? [[name, spread.value] as const] : [],
  );
  if (known.length === 0) return [];
  return [
    ...table(
      [
        { title: 'Use of what pods have', align: 'left' },
        { title: 'mean', align: 'right' },
        { title: 'p95', align: 'right' },
        { title: 'max', align: 'right' },
      ],
      known.map(([name, { mean, p95, max }]) => [
        name,
        percentText(mean),
        percentText(p95),
        percentText(max),
      ]),
    ),
    ...wrapped(troubleText(saturation), columns),
  ];
}

function troubleText({ throttledShare, oomKills, restarts, source }: Saturation): string {
  const throttled = measureText(
    throttledShare,
    (share) => `stopped at the CPU limit in ${percentText(share)} of the time; `,
  );
  const from =
    source.kind === 'measured' && source.value !== 'kernel'
      ? `; use as ${source.value === 'prometheus' ? 'Prometheus' : 'the metrics API'} told it, which hides peaks`
      : '';
  const kills = oomKills === 0 ? 'none' : numberText(oomKills);
  return `${throttled === ABSENT ? '' : throttled}containers killed for want of memory: ${kills}; restarts: ${restarts === 0 ? 'none' : numberText(restarts)}${from}`;
}
