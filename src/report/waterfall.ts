/** A scale-up as bars: which stage took how long. */
import type { ScaleUp, ScaleUpStageName } from '../analysis/scale-up.js';
import { formatDurationMs } from '../core/duration.js';
import { clockText, numberText, wrapped } from './format.js';

const NAME_COLUMNS = 30;
const LENGTH_COLUMNS = 9;
const SINCE_COLUMNS = 8;
/** Between the four columns, two spaces each. */
const SPACES = 6;

/** What each stage is, in a reader's words. */
export const STAGE_NAMES: Readonly<Record<ScaleUpStageName, string>> = {
  'earlier-step': 'the HPA took a step before',
  'over-target': 'pods are busier than the target',
  'metric-visible': 'the metrics API shows it',
  decision: 'the HPA asks for more pods',
  'pods-created': 'pods are created',
  scheduled: 'pods are scheduled',
  started: 'containers run',
  ready: 'that many pods are ready',
  endpoint: 'the Service sends to them',
  'first-request': 'each new pod has answered',
  recovered: 'the SLO holds again',
};

/**
 * One scale-up in lines: what changed, then for each stage its length, a bar from its beginning to its
 * end, and the time since the load changed.
 *
 * @param originT - what clock times count from, ms since the run began.
 */
export function waterfall(
  scaleUp: ScaleUp,
  options: { readonly originT: number; readonly columns: number },
): readonly string[] {
  const endMs = scaleUp.stages.reduce(
    (max, { seen }) => (seen.kind === 'measured' ? Math.max(max, seen.value.sinceChangeMs) : max),
    0,
  );
  const barColumns = options.columns - NAME_COLUMNS - LENGTH_COLUMNS - SINCE_COLUMNS - SPACES;
  const heading = `${''.padEnd(NAME_COLUMNS)}  ${'took'.padStart(LENGTH_COLUMNS)}  ${''.padEnd(barColumns)}  since`;
  return [
    ...title(scaleUp, options),
    heading,
    ...scaleUp.stages.flatMap(({ name, seen }) => {
      const label = STAGE_NAMES[name].padEnd(NAME_COLUMNS).slice(0, NAME_COLUMNS + 1);
      if (seen.kind !== 'measured') {
        const [first = '', ...rest] = wrapped(
          `not seen: ${seen.because}`,
          options.columns - NAME_COLUMNS - 2,
        );
        return [`${label}  ${first}`, ...rest.map((line) => `${''.padEnd(NAME_COLUMNS)}  ${line}`)];
      }
      const { lengthMs, sinceChangeMs } = seen.value;
      const length = (lengthMs === undefined ? '-' : formatDurationMs(lengthMs)).padStart(
        LENGTH_COLUMNS,
      );
      const bar = barText(
        { fromMs: sinceChangeMs - (lengthMs ?? 0), toMs: sinceChangeMs, endMs },
        barColumns,
      );
      return [`${label}  ${length}  ${bar}  ${formatDurationMs(sinceChangeMs)}`];
    }),
  ];
}

function title(
  { from, to, change, decisionT, latencyMs, reason }: ScaleUp,
  options: { readonly originT: number; readonly columns: number },
): readonly string[] {
  const clock = (t: number): string => clockText(t - options.originT);
  const latency =
    latencyMs.kind === 'measured'
      ? `${formatDurationMs(latencyMs.value)} from the load change to ${to} pods ready`
      : `latency not known: ${latencyMs.because}`;
  const cause =
    change.kind === 'measured'
      ? `The load went from ${numberText(change.value.fromPerSecond, 1)}/s to ${numberText(change.value.toPerSecond, 1)}/s at ${clock(change.value.t)}${change.value.overMs > 0 ? ` over ${formatDurationMs(change.value.overMs)}` : ''}; the HPA decided at ${clock(decisionT)}.`
      : `Its load change is not known (${change.because}); the HPA decided at ${clock(decisionT)}.`;
  return [
    ...wrapped(`Scale-up from ${from} to ${to}: ${latency}`, options.columns),
    ...wrapped(cause, options.columns),
    ...(reason.kind === 'measured' ? wrapped(`The HPA: ${reason.value}.`, options.columns) : []),
  ];
}

function barText(
  {
    fromMs,
    toMs,
    endMs,
  }: { readonly fromMs: number; readonly toMs: number; readonly endMs: number },
  columns: number,
): string {
  const column = (ms: number): number => (endMs === 0 ? 0 : Math.round((ms / endMs) * columns));
  const start = Math.min(column(fromMs), columns - 1);
  const length = column(toMs) - column(fromMs);
  // A stage too short for a column still shows where it is.
  const bar = length === 0 ? '▏' : '█'.repeat(length);
  return `${' '.repeat(start)}${bar}`.slice(0, columns).padEnd(columns);
}
