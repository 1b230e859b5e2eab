/** What a user sees while a run goes on: several lines on a terminal, one line in a log. */
import type { Phase } from '../timeline/record.js';
import { ABSENT, clockText, numberText } from './format.js';
import { liveP99, liveResponse, type LiveResponse } from './live-response.js';

/** A run at an instant. What is not known (yet) is undefined. */
export interface RunSnapshot extends LiveResponse {
  readonly experiment: string;
  readonly phase: Phase;
  /** Stage of the load; undefined outside of the load. */
  readonly stage: string | undefined;
  /** Since the run began. */
  readonly elapsedMs: number;
  /** Until the end of the cool-down, as planned; undefined while deploying, when nobody knows. */
  readonly remainingMs: number | undefined;
  /** Of the whole load, from 0 to 1; undefined before it. */
  readonly loadShare: number | undefined;
  /** What the profile asks for now. */
  readonly plannedPerSecond: number | undefined;
  readonly sentPerSecond: number | undefined;
  /** Failed, dropped and 5xx since the load began. */
  readonly errors: number;
  readonly requests: number;
  readonly inFlight: number | undefined;
  readonly readyReplicas: number | undefined;
  readonly desiredReplicas: number | undefined;
  readonly maxReplicas: number | undefined;
  /** Mean of the pods, percent of what they request. */
  readonly cpuPercent: number | undefined;
  readonly targetCpuPercent: number | undefined;
  /** The last thing worth telling, such as a rescale. */
  readonly lastEvent: string | undefined;
}

const PHASE_TEXT: Readonly<Record<Phase, string>> = {
  deploy: 'deploying',
  settle: 'settling',
  load: 'load',
  'cool-down': 'cooling down',
  'tear-down': 'tearing down',
};

/** Columns of a line before its text. */
const LABEL_COLUMNS = 10;
const MAX_BAR_COLUMNS = 40;

/** The live view: lines of at most `columns` columns, always the same number of them. */
export function liveView(snapshot: RunSnapshot, columns: number): readonly string[] {
  const of = snapshot;
  const lines: readonly (readonly [string, string])[] = [
    [of.experiment, `${phaseText(of)}, ${timeText(of)}`],
    ['', progressBar(of.loadShare, Math.min(columns - LABEL_COLUMNS - 8, MAX_BAR_COLUMNS))],
    [
      'requests',
      `${rateText(of)}   ${shown(of.inFlight, numberText)} under way   ${errorText(of)}`,
    ],
    ['response', liveResponse(of)],
    ['pods', replicaText(of)],
    ['CPU', cpuText(of)],
    ['last', of.lastEvent ?? ABSENT],
  ];
  return lines.map(([label, text]) => {
    const line = `${label.padEnd(LABEL_COLUMNS)} ${text}`.trimEnd();
    return line.length > columns ? `${line.slice(0, Math.max(0, columns - 1))}…` : line;
  });
}

/** The same in one line, for logs: it says everything without the lines before it. */
export function progressLine(snapshot: RunSnapshot): string {
  const of = snapshot;
  const parts = [
    `${clockText(of.elapsedMs)} ${phaseText(of)}`,
    of.remainingMs === undefined ? undefined : `${clockText(of.remainingMs)} left`,
    of.plannedPerSecond === undefined ? undefined : rateText(of),
    liveP99(of),
    of.requests === 0 ? undefined : errorText(of),
    of.desiredReplicas === undefined ? undefined : `pods ${replicaText(of)}`,
    of.cpuPercent === undefined ? undefined : `CPU ${cpuText(of)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' | ');
}

function phaseText({ phase, stage }: RunSnapshot): string {
  return stage === undefined ? PHASE_TEXT[phase] : `${PHASE_TEXT[phase]}: ${stage}`;
}

function timeText({ elapsedMs, remainingMs }: RunSnapshot): string {
  const left = remainingMs === undefined ? '' : `, ${clockText(remainingMs)} left`;
  return `${clockText(elapsedMs)} since the start${left}`;
}

function rateText({ plannedPerSecond, sentPerSecond }: RunSnapshot): string {
  return `${shown(sentPerSecond, rateNumber)}/s sent of ${shown(plannedPerSecond, rateNumber)}/s`;
}

function errorText({ errors, requests }: RunSnapshot): string {
  return `${numberText(errors)} errors of ${numberText(requests)}`;
}

function replicaText({ readyReplicas, desiredReplicas, maxReplicas }: RunSnapshot): string {
  const most = maxReplicas === undefined ? '' : ` (at most ${maxReplicas})`;
  return `${shown(readyReplicas, String)} ready of ${shown(desiredReplicas, String)} desired${most}`;
}

function cpuText({ cpuPercent, targetCpuPercent }: RunSnapshot): string {
  return `${shown(cpuPercent, wholePercent)} of the requests, target ${shown(targetCpuPercent, wholePercent)}`;
}

function rateNumber(value: number): string {
  return numberText(value, value < 10 ? 1 : 0);
}

function wholePercent(value: number): string {
  return `${numberText(value)} %`;
}

function progressBar(share: number | undefined, columns: number): string {
  if (share === undefined || columns < 4) return '';
  const done = Math.round(Math.min(Math.max(share, 0), 1) * columns);
  return `${'█'.repeat(done)}${'░'.repeat(columns - done)} ${Math.floor(share * 100)} %`;
}

function shown(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? ABSENT : text(value);
}
