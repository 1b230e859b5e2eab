/** The summary of a load that was sent on its own, as plain text. */
import {
  latencyFigures,
  sumOf,
  type LatencyFigures,
  type LoadFigures,
} from '../analysis/load-figures.js';
import type { Measure } from '../analysis/measure.js';
import { formatDurationMs } from '../core/duration.js';
import { profileOf } from '../load/profile.js';
import type { LoadPlan, RequestKindSecond, SenderAudit } from '../load/sender.js';
import {
  ABSENT,
  countsText,
  latencyText,
  measureText,
  numberText,
  percentText,
  plural,
  wrapped,
} from './format.js';
import { loadPlots } from './load-plots.js';
import { scheduledArrivals } from './profile-facts.js';
import { arrivalsText } from './profile-text.js';
import { table, type TableColumn } from './table.js';

const MIN_COLUMNS = 80;
const MAX_COLUMNS = 160;
const LABEL_COLUMNS = 14;

/** The summary of a load, of which {@link planText} was told before. Ends with a line end. */
export function loadText(figures: LoadFigures, plan: LoadPlan, width: number): string {
  const columns = Math.min(Math.max(width, MIN_COLUMNS), MAX_COLUMNS);
  const { perSecond } = figures;
  const sections: readonly (readonly string[])[] = [
    warnings(figures, columns),
    headlines(figures, columns),
    times(figures),
    perSecond.length < 2 ? [] : loadPlots(figures, plan, columns),
  ];
  const text = sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
  return `${text}\n`;
}

/** `open model, 5,000 arrivals in 10s (mean 500/s, peak 500/s, evenly spaced), connections kept`. */
export function planText({ load, connections, seed }: LoadPlan): string {
  const kept = connections.kind === 'keep-alive' ? 'connections kept' : 'a connection each';
  if (load.model === 'closed') {
    return `closed model, ${plural(load.concurrency, 'user')} for ${formatDurationMs(load.durationMs)}, ${kept}`;
  }
  const profile = profileOf(load.profile);
  const { totalArrivals, durationMs, peakPerSecond } = profile;
  const due = scheduledArrivals(profile, { spacing: load.spacing, seed });
  const arrivals = arrivalsText({ profile, scheduledArrivals: due }, ' arrivals');
  const mean = numberText((totalArrivals * 1_000) / durationMs, 1);
  const random = load.spacing === 'poisson' ? `poisson with seed ${seed}` : 'evenly spaced';
  return `open model, ${arrivals} in ${formatDurationMs(durationMs)} (mean ${mean}/s, peak ${numberText(peakPerSecond, 1)}/s, ${random}), ${kept}`;
}

function warnings({ end, totals, generator, accountingFaults }: LoadFigures, columns: number) {
  const texts = [
    ...(end.kind === 'completed'
      ? []
      : [`${end.kind.toUpperCase()}: ${end.because}. Figures cover only what happened before.`]),
    ...(end.kind === 'completed' && totals.due === 0
      ? ['NOTHING WAS SENT: no request was due; the rate is too low for so short a time.']
      : []),
    ...(generator.kind === 'saturated'
      ? [
          `GENERATOR SATURATED, NOT A RESULT: ${generator.because}. The times below are not the service's.`,
        ]
      : []),
    ...accountingFaults.map((fault) => `THE ACCOUNTS DO NOT ADD UP (please report it): ${fault}`),
  ];
  return texts.flatMap((text) => wrapped(text, columns - 3).map((line) => `!! ${line}`));
}

function headlines(figures: LoadFigures, columns: number): readonly string[] {
  const { totals } = figures;
  const { due, sent, dropped, unsent, unanswered } = totals;
  const errorKinds = { ...totals.failed, '5xx': totals.answered['5xx'], dropped, unsent };
  const pods = podsText(totals.byPod);
  const entries: readonly (readonly [string, readonly string[]])[] = [
    [
      'Requests',
      [
        `${numberText(due)} due = ${numberText(sent)} sent + ${numberText(dropped)} dropped + ${numberText(unsent)} unsent`,
        `${numberText(sent)} sent = ${numberText(sumOf(totals.answered))} answered${kinds(totals.answered)} + ${numberText(sumOf(totals.failed))} failed${kinds(totals.failed)} + ${numberText(unanswered)} unanswered`,
      ],
    ],
    [
      'Errors',
      [
        `${numberText(figures.errors)} of ${numberText(due)} (${measureText(figures.errorShare, percentText)})${kinds(errorKinds)}`,
      ],
    ],
    ...(totals.failedChecks === undefined
      ? []
      : [['Checks', [`failed: ${countsText(totals.failedChecks) ?? 'none'}`]] as const]),
    ...(totals.sessions === undefined
      ? []
      : [['Sessions', [sessionsText(totals.sessions)]] as const]),
    [
      'Throughput',
      [`${measureText(figures.answeredPerSecond, (rate) => numberText(rate, 1))} answers a second`],
    ],
    ...(pods === undefined ? [] : [['Pods', [pods]] as const]),
    ['Generator', generatorText(figures)],
  ];
  return entries.flatMap(([label, texts]) =>
    texts
      .flatMap((text) => wrapped(text, columns - LABEL_COLUMNS - 2))
      .map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}  ${line}`),
  );
}

function sessionsText({
  started,
  finished,
  failed,
}: {
  readonly started: number;
  readonly finished: number;
  readonly failed: number;
}): string {
  const open = started - finished - failed;
  return `${numberText(started)} begun = ${numberText(finished)} finished + ${numberText(failed)} failed + ${numberText(open)} cut off by the end`;
}

/** ` (3 timeout, 1 reset)`; empty when there is none. */
function kinds(counts: Readonly<Partial<Record<string, number>>>): string {
  const text = countsText(counts);
  return text === undefined ? '' : ` (${text})`;
}

function latencyOrAbsent(ms: number | undefined): string {
  return ms === undefined ? ABSENT : latencyText(ms);
}

/** Most pods that are named one by one. */
const MAX_PODS = 12;

function podsText(byPod: Readonly<Record<string, number>>): string | undefined {
  const all = Object.entries(byPod).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return undefined;
  const total = sumOf(byPod);
  const shown = all
    .slice(0, MAX_PODS)
    .map(([pod, count]) => `${pod} ${numberText(count)} (${percentText(count / total)})`);
  const more = all.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${plural(more, 'pod')} more` : ''}`;
}

function generatorText({ generator, totals }: LoadFigures): readonly string[] {
  if (generator.kind === 'unknown' || generator.kind === 'modelled')
    return [`not audited: ${generator.because}`];
  const { engine, audit } = generator;
  const { sendLagP99Ms, sendLagMaxMs, eventLoopLagP99Ms } = audit;
  return [
    `${generatorVerdict(generator.kind, totals.due)} (${engine})`,
    `sent p99 ${latencyOrAbsent(sendLagP99Ms)}, at most ${latencyOrAbsent(sendLagMaxMs)} after it was due; event loop p99 ${latencyOrAbsent(eventLoopLagP99Ms)} late`,
    usageText(audit),
  ];
}

function generatorVerdict(kind: 'kept-up' | 'saturated', due: number): string {
  if (kind === 'saturated') return 'FELL BEHIND';
  return due === 0 ? 'had nothing to send' : 'kept up';
}

/** What sending took of the machine. */
function usageText(audit: SenderAudit): string {
  const { cpuMs, elapsedMs, machineShare, maxRssBytes, gcPauseMs, gcLongestMs, processes } = audit;
  const cores = elapsedMs === 0 ? 0 : cpuMs / elapsedMs;
  const machine =
    machineShare === undefined ? '' : ` (${percentText(machineShare)} of the machine)`;
  const memory = `${numberText(maxRssBytes / 2 ** 20)} MiB`;
  return [
    ...(processes === undefined ? [] : [`${processes} processes`]),
    `${numberText(cores, 2)} of a core${machine}`,
    processes === undefined ? memory : `${memory} the largest`,
    ...(gcPauseMs === undefined || gcLongestMs === undefined
      ? []
      : [
          `paused ${latencyText(gcPauseMs)} to collect garbage, ${latencyText(gcLongestMs)} at most`,
        ]),
  ].join('; ');
}

const TIME_COLUMNS: readonly TableColumn[] = [
  { title: 'Times', align: 'left' },
  { title: 'answers', align: 'right' },
  { title: 'mean', align: 'right' },
  { title: 'p50', align: 'right' },
  { title: 'p90', align: 'right' },
  { title: 'p95', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'p99.9', align: 'right' },
  { title: 'max', align: 'right' },
];

function times({ totals, responseTime, serviceTime }: LoadFigures): readonly string[] {
  const rows = [
    timesRow('response', responseTime),
    timesRow('service', serviceTime),
    ...Object.entries(totals.byRequest ?? {}).map(([kind, account]) => kindRow(kind, account)),
  ];
  return [
    ...table(TIME_COLUMNS, rows),
    'response: from when a request was due; service: from when it was sent',
  ];
}

function kindRow(kind: string, { responseTime }: RequestKindSecond): readonly string[] {
  return timesRow(`response of ${kind}`, latencyFigures([responseTime]));
}

function timesRow(name: string, of: LatencyFigures): readonly string[] {
  const { count, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs } = of;
  const all: readonly Measure[] = [meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs];
  return [name, numberText(count), ...all.map((time) => measureText(time, latencyText))];
}
