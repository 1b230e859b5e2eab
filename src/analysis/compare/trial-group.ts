/** What a comparison is made of: groups of trials, each trial with its named figures. */
import type { MeasureUnit } from '../../core/measure-unit.js';
import { noData, type Measure } from '../measure.js';

/** What is known of a measure besides its values. */
export interface MeasureFacts {
  readonly name: string;
  readonly unit: MeasureUnit;
  readonly better: 'lower' | 'higher' | 'neither';
  /** Of money, where a price is known. */
  readonly currency?: string;
}

/** What a file says of a measure, under its name. */
export function measureFacts(
  name: string,
  {
    unit,
    better,
    currency,
  }: Pick<MeasureFacts, 'unit' | 'better'> & {
    readonly currency?: string | undefined;
  },
): MeasureFacts {
  return { name, unit, better, ...(currency === undefined ? {} : { currency }) };
}

/** One run of one variant: the unit of every comparison. */
export interface Trial {
  /** What it is told apart by: its folder. */
  readonly name: string;
  /** By measure; one that is not in it has no value either. */
  readonly figures: Readonly<Record<string, Measure>>;
  /** Why it has no figures at all; absent for a trial that ended well. */
  readonly failure?: string;
}

/** The trials of one variant. */
export interface TrialGroup {
  readonly name: string;
  readonly trials: readonly Trial[];
}

/** A variant and what it is compared with. */
export interface ComparedPair {
  readonly variant: TrialGroup;
  readonly baseline: TrialGroup;
}

/** Why some trials have no value. */
export interface AbsentTrials {
  readonly because: string;
  readonly trials: number;
}

/** The values of one measure in a group, and what is missing. */
export interface Sample {
  readonly values: readonly number[];
  /** Trials without a value, by reason, the most frequent first; empty when each has one. */
  readonly absent: readonly AbsentTrials[];
}

const NOT_TOLD = noData('the report does not tell it');

/** The values that the trials of a group have of a measure; what is absent is counted, never made 0. */
export function sampleOf({ trials }: TrialGroup, measure: string): Sample {
  const values: number[] = [];
  const reasons = new Map<string, number>();
  for (const { figures, failure } of trials) {
    const figure = failure === undefined ? (figures[measure] ?? NOT_TOLD) : noData(failure);
    if (figure.kind === 'measured') values.push(figure.value);
    else reasons.set(figure.because, (reasons.get(figure.because) ?? 0) + 1);
  }
  const absent = [...reasons]
    .map(([because, count]) => ({ because, trials: count }))
    .toSorted((a, b) => b.trials - a.trials);
  return { values, absent };
}

/** How many trials of a sample have no value. */
export function absentCount({ absent }: Sample): number {
  return absent.reduce((sum, { trials }) => sum + trials, 0);
}
