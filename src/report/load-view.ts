/** What a user sees while a load is sent: a few lines on a terminal, one line in a log. */
import { ABSENT, clockText, numberText } from './format.js';
import { liveP99, liveResponse, type LiveResponse } from './live-response.js';

/** A load at an instant. What is not known (yet) is undefined. */
export interface LoadSnapshot extends LiveResponse {
  readonly url: string;
  readonly stage: string | undefined;
  readonly elapsedMs: number;
  readonly durationMs: number;
  /** What the profile asks for now; undefined for a load without one. */
  readonly plannedPerSecond: number | undefined;
  readonly sentPerSecond: number | undefined;
  readonly answeredPerSecond: number | undefined;
  readonly inFlight: number | undefined;
  readonly waiting: number | undefined;
  /** Of the seconds that are settled. */
  readonly requests: number;
  /** Failed, dropped and 5xx of those. */
  readonly errors: number;
}

const LABEL_COLUMNS = 10;
const MAX_BAR_COLUMNS = 40;

/** The live view: always five lines, of at most `columns` columns. */
export function loadView(of: LoadSnapshot, columns: number): readonly string[] {
  const lines: readonly (readonly [string, string])[] = [
    ['sending', `${of.stage === undefined ? '' : `${of.stage}, `}${timeText(of)}`],
    ['to', of.url],
    ['', bar(of, Math.min(columns - LABEL_COLUMNS - 8, MAX_BAR_COLUMNS))],
    ['requests', `${rateText(of)}   ${underWay(of)}   ${errorText(of)}`],
    ['response', liveResponse(of)],
  ];
  return lines.map(([label, text]) => {
    const line = `${label.padEnd(LABEL_COLUMNS)} ${text}`.trimEnd();
    return line.length > columns ? `${line.slice(0, Math.max(0, columns - 1))}…` : line;
  });
}

/** The same in one line, for logs. */
export function loadLine(of: LoadSnapshot): string {
  const parts = [
    `${clockText(of.elapsedMs)}${of.stage === undefined ? '' : ` ${of.stage}`}`,
    `${clockText(Math.max(0, of.durationMs - of.elapsedMs))} left`,
    rateText(of),
    liveP99(of),
    underWay(of),
    errorText(of),
  ];
  return parts.filter((part) => part !== undefined).join(' | ');
}

function timeText({ elapsedMs, durationMs }: LoadSnapshot): string {
  return `${clockText(elapsedMs)} of ${clockText(durationMs)}`;
}

function rateText({ plannedPerSecond, sentPerSecond }: LoadSnapshot): string {
  const planned = plannedPerSecond === undefined ? '' : ` of ${rate(plannedPerSecond)}/s`;
  return `${shown(sentPerSecond, rate)}/s sent${planned}`;
}

function underWay({ inFlight, waiting }: LoadSnapshot): string {
  const queue = waiting === undefined || waiting === 0 ? '' : `, ${numberText(waiting)} waiting`;
  return `${shown(inFlight, numberText)} under way${queue}`;
}

function errorText({ errors, requests }: LoadSnapshot): string {
  return `${numberText(errors)} errors of ${numberText(requests)}`;
}

function bar({ elapsedMs, durationMs }: LoadSnapshot, columns: number): string {
  if (columns < 4) return '';
  const share = Math.min(Math.max(elapsedMs / durationMs, 0), 1);
  const done = Math.round(share * columns);
  return `${'█'.repeat(done)}${'░'.repeat(columns - done)} ${Math.floor(share * 100)} %`;
}

function rate(value: number): string {
  return numberText(value, value < 10 ? 1 : 0);
}

function shown(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? ABSENT : text(value);
}
