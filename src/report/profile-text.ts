/** A traffic profile drawn in plain text, without anything being sent. */
import { formatDurationMs } from '../core/duration.js';
import { randomParts } from '../load/random-parts.js';
import type { LoadPlan } from '../load/sender.js';
import { clockText, numberText, plural, wrapped } from './format.js';
import { plot } from './plot.js';
import { type ProfileFacts, profileFacts, rateSteps, type StageFacts } from './profile-facts.js';
import { table, type TableColumn } from './table.js';
import { axisLines, columnOf, stretchLines } from './time-axis.js';

/** What is drawn, and how wide. */
export interface ProfileTextOptions {
  /** `yoyo: Does ...?`, or the file's name. */
  readonly title: string;
  /** From 80 to 200; what is beyond counts as that. */
  readonly columns: number;
}

const MIN_COLUMNS = 80;
const MAX_COLUMNS = 200;
const LABEL_COLUMNS = 8;
const AXIS_COLUMNS = 2;
const ROWS = 11;
/** When the columns' means do not come this near to the peak, the highest rates are drawn too. */
const NEAR_PEAK = 0.9;
/** Longer tables are cut in their middle. */
const MAX_ROWS = 40;

/** The profile of a plan: the rate over time, its stages, its totals. Ends with a line end. */
export function profileText(plan: LoadPlan, options: ProfileTextOptions): string {
  const columns = Math.min(Math.max(options.columns, MIN_COLUMNS), MAX_COLUMNS);
  const facts = profileFacts(plan);
  const sections =
    facts === undefined
      ? [[closedText(plan)]]
      : [drawing(facts, columns), stageTable(facts.stages), totals(facts, plan)];
  const lines = [wrapped(options.title, columns), ...sections].map((part) => part.join('\n'));
  return `${lines.join('\n\n')}\n`;
}

function closedText({ load }: LoadPlan): string {
  if (load.model === 'open') return '';
  const users = plural(load.concurrency, 'user');
  return `closed model: ${users} for ${formatDurationMs(load.durationMs)}, each sending its next request after the answer; there is no planned rate`;
}

function drawing({ profile, stages }: ProfileFacts, columns: number): readonly string[] {
  const width = columns - LABEL_COLUMNS - AXIS_COLUMNS;
  const axis = { fromT: 0, toT: profile.durationMs, originT: 0, columns: width };
  const { means, peaks } = rateSteps(profile, width);
  const highestMean = means.reduce((a, b) => Math.max(a, b), 0);
  const isPeaky = highestMean < profile.peakPerSecond * NEAR_PEAK;
  const marks = stages
    .slice(1)
    .map(({ startMs }) => columnOf(axis, startMs))
    .filter((column) => column !== undefined);
  return [
    ...stretchLines(
      axis,
      stages.map(({ name, startMs }) => ({ name, fromT: startMs })),
      LABEL_COLUMNS,
    ),
    ...plot({
      title: 'Requests a second',
      lines: [
        ...(isPeaky ? [{ name: 'highest', style: 'dotted', values: peaks } as const] : []),
        { name: isPeaky ? 'mean of each column' : 'planned', style: 'thick', values: means },
      ],
      rows: ROWS,
      columns: width,
      labelColumns: LABEL_COLUMNS,
      label: (value) => numberText(value, 1),
      isRound: true,
      marks,
    }),
    ...axisLines(axis, LABEL_COLUMNS),
  ];
}

const STAGE_COLUMNS: readonly TableColumn[] = [
  { title: 'Stage', align: 'left' },
  { title: 'kind', align: 'left' },
  { title: 'from', align: 'right' },
  { title: 'length', align: 'right' },
  { title: 'rate', align: 'left' },
  { title: 'arrivals', align: 'right' },
];

function stageTable(stages: readonly StageFacts[]): readonly string[] {
  const rows = stages.map((stage) => [
    stage.name,
    stage.kind,
    clockText(stage.startMs),
    formatDurationMs(stage.durationMs),
    ratesText(stage),
    numberText(stage.arrivals),
  ]);
  if (rows.length <= MAX_ROWS) return table(STAGE_COLUMNS, rows);
  const half = MAX_ROWS / 2;
  const shown = [...rows.slice(0, half), ...rows.slice(-half)];
  const lines = table(STAGE_COLUMNS, shown);
  const heading = lines.length - shown.length;
  return [
    ...lines.slice(0, heading + half),
    `... ${plural(rows.length - MAX_ROWS, 'stage')} more ...`,
    ...lines.slice(heading + half),
  ];
}

function ratesText({ course, lowestPerSecond, highestPerSecond }: StageFacts): string {
  const low = rateText(lowestPerSecond);
  const high = rateText(highestPerSecond);
  switch (course) {
    case 'level':
      return low;
    case 'rising':
      return `${low} up to ${high}`;
    case 'falling':
      return `${high} down to ${low}`;
    case 'varying':
    default:
      return `between ${low} and ${high}`;
  }
}

function totals(facts: ProfileFacts, plan: LoadPlan): readonly string[] {
  const { load, seed } = plan;
  const { profile, meanPerSecond } = facts;
  const spacing = load.model === 'open' ? load.spacing : 'even';
  const random = randomParts(plan);
  return [
    `arrivals  ${arrivalsText(facts)} in ${formatDurationMs(profile.durationMs)}`,
    `rate      mean ${rateText(meanPerSecond)}, peak ${rateText(profile.peakPerSecond)}`,
    `spacing   ${spacing === 'even' ? 'even: each arrival when the sum of the rates says so' : 'poisson: random gaps'}`,
    `seed      ${seed} (${random.length === 0 ? 'nothing here is random' : `decides ${random.join(', ')}`})`,
  ];
}

/** `59 (the rates come to 80)`: what is really due, and what the rates say where that differs; `noun` stands behind the first. */
export function arrivalsText(
  { profile, scheduledArrivals }: Pick<ProfileFacts, 'profile' | 'scheduledArrivals'>,
  noun = '',
): string {
  const expected = numberText(profile.totalArrivals, 1);
  const counted = scheduledArrivals === undefined ? expected : numberText(scheduledArrivals);
  return counted === expected
    ? `${counted}${noun}`
    : `${counted}${noun} (the rates come to ${expected})`;
}

function rateText(ratePerSecond: number): string {
  return `${numberText(ratePerSecond, ratePerSecond < 10 ? 2 : 1)}/s`;
}
