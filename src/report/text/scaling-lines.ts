/** Scale-ups stage by stage, and scale-downs. */
import type { Analysis } from '../../analysis/analyze.js';
import { mapMeasure, valueOf } from '../../analysis/measure.js';
import type { ScaleUp } from '../../analysis/scale-up.js';
import { formatDurationMs } from '../../core/duration.js';
import { ABSENT, clockText, measureText, wrapped } from '../format.js';
import { table, type TableColumn } from '../table.js';
import { waterfall } from '../waterfall.js';
import type { LineOptions } from './user-lines.js';

/** Waterfalls of more scale-ups than this would be a wall; a table tells of all. */
const MAX_WATERFALLS = 3;

/** The slowest scale-ups as waterfalls, in order of time; all of them in a table when there are more. */
export function scaleUpSections(
  { scaleUps: all }: Analysis,
  at: LineOptions,
): readonly (readonly string[])[] {
  if (all.length <= MAX_WATERFALLS) return all.map((scaleUp) => waterfall(scaleUp, at));
  const slowest = new Set(
    all.toSorted((a, b) => latencyOf(b) - latencyOf(a)).slice(0, MAX_WATERFALLS),
  );
  return [
    scaleUpTable(all, at.originT),
    ...all.filter((each) => slowest.has(each)).map((scaleUp) => waterfall(scaleUp, at)),
  ];
}

/** One that was never ready took longest. */
function latencyOf({ latencyMs }: ScaleUp): number {
  return valueOf(latencyMs) ?? Infinity;
}

function scaleUpTable(all: readonly ScaleUp[], originT: number): readonly string[] {
  const columns: readonly TableColumn[] = [
    { title: 'Scale-up', align: 'left' },
    { title: 'decided at', align: 'right' },
    { title: 'after the load rose', align: 'right' },
    { title: 'until the pods were ready', align: 'right' },
    { title: 'in all', align: 'right' },
  ];
  const rows = all.map(({ from, to, decisionT, change, latencyMs }) => {
    const waitMs = mapMeasure(change, ({ t }) => decisionT - t);
    const readyMs = mapMeasure(latencyMs, (totalMs) => totalMs - (valueOf(waitMs) ?? 0));
    return [
      `${from} to ${to}`,
      clockText(decisionT - originT),
      ...[waitMs, readyMs, latencyMs].map((time) => measureText(time, formatDurationMs)),
    ];
  });
  return [...table(columns, rows), `The slowest ${MAX_WATERFALLS} of them, stage by stage:`];
}

/** All scale-downs in a table, and why a time in it is not known; empty when there was none. */
export function scaleDownLines(
  { scaleDowns: all }: Analysis,
  { originT, columns: width }: LineOptions,
): readonly string[] {
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
  const reasons = all
    .flatMap(({ changeToDecisionMs, decisionToGoneMs }) => [changeToDecisionMs, decisionToGoneMs])
    .flatMap((time) => (time.kind === 'measured' ? [] : [time.because]));
  return [
    ...table(columns, rows),
    ...[...new Set(reasons)].flatMap((because) => wrapped(`${ABSENT}: ${because}`, width)),
  ];
}
