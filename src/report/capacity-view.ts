/** What a user sees while a capacity is searched. */
import type { CapacityTrial } from '../analysis/capacity.js';
import { outcomeText } from './capacity-text.js';
import { ABSENT, clockText, latencyText, measureText, numberText, percentText } from './format.js';

/** A search at an instant. What is not known (yet) is undefined. */
export interface CapacitySnapshot {
  readonly experiment: string;
  readonly elapsedMs: number;
  /** What is done now, as a sentence. */
  readonly activity: string;
  /** Of it; undefined where its length is not known. */
  readonly share: number | undefined;
  readonly sentPerSecond: number | undefined;
  readonly p99Ms: number | undefined;
  readonly inFlight: number | undefined;
  /** With the present number of replicas, in their order. */
  readonly trials: readonly CapacityTrial[];
}

const SHOWN_TRIALS = 5;
const LABEL_COLUMNS = 10;
const MAX_BAR_COLUMNS = 40;

/** The live view: always the same number of lines, of at most `columns` columns. */
export function capacityView(of: CapacitySnapshot, columns: number): readonly string[] {
  const trials = of.trials.slice(-SHOWN_TRIALS).map(trialLine);
  const filled = [...trials, ...Array.from({ length: SHOWN_TRIALS - trials.length }, () => '')];
  const lines: readonly (readonly [string, string])[] = [
    [of.experiment, `${clockText(of.elapsedMs)} since the start`],
    ['now', of.activity],
    ['', bar(of.share, Math.min(columns - LABEL_COLUMNS - 8, MAX_BAR_COLUMNS))],
    ['', liveText(of)],
    ...filled.map((text, index) => [index === 0 ? 'tried' : '', text] as const),
  ];
  return lines.map(([label, text]) => {
    const line = `${label.padEnd(LABEL_COLUMNS)} ${text}`.trimEnd();
    return line.length > columns ? `${line.slice(0, Math.max(0, columns - 1))}…` : line;
  });
}

/** The same in one line, for logs. */
export function capacityLine(of: CapacitySnapshot): string {
  return `${clockText(of.elapsedMs)} | ${of.activity} | ${liveText(of)}`;
}

/** A try and what came of it: `40/s (halve): missed, 93.1 % good, p99 812ms`. */
export function trialLine(trial: CapacityTrial): string {
  const rate = numberText(trial.ratePerSecond, 2);
  const good = measureText(trial.goodShare, percentText);
  return `${rate}/s (${trial.why}): ${outcomeText(trial)}, ${good} good, p99 ${measureText(trial.p99Ms, latencyText)}`;
}

function liveText({ sentPerSecond, p99Ms, inFlight }: CapacitySnapshot): string {
  const sent = sentPerSecond === undefined ? ABSENT : numberText(sentPerSecond, 1);
  const p99 = p99Ms === undefined ? ABSENT : latencyText(p99Ms);
  const underWay = inFlight === undefined ? ABSENT : numberText(inFlight);
  return `${sent}/s sent, p99 ${p99}, ${underWay} under way`;
}

function bar(share: number | undefined, columns: number): string {
  if (share === undefined || columns < 4) return '';
  const within = Math.min(Math.max(share, 0), 1);
  const done = Math.round(within * columns);
  return `${'█'.repeat(done)}${'░'.repeat(columns - done)} ${Math.floor(within * 100)} %`;
}
