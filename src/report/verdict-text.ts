/** Verdicts on thresholds in words. */
import type { Analysis } from '../analysis/analyze.js';
import { valueOf } from '../analysis/measure.js';
import { countVerdicts, type ThresholdVerdict } from '../analysis/threshold-verdicts.js';
import { figureBesideLimit } from './figure-text.js';
import { plural } from './format.js';

/** A verdict in the words of every report. */
export interface VerdictText {
  readonly kind: ThresholdVerdict['kind'];
  /** The threshold as the experiment file has it. */
  readonly threshold: string;
  /** `was 339ms`, `absent: the HPA added no pods`, `not judged: the load generator fell behind: ...`. */
  readonly found: string;
}

/** Each verdict in words, in the file's order. */
export function verdictTexts(
  verdicts: readonly ThresholdVerdict[],
  analysis: Analysis,
): readonly VerdictText[] {
  const currency = currencyOf(analysis);
  return verdicts.map((verdict) => ({
    kind: verdict.kind,
    threshold: verdict.threshold.text,
    found: foundText(verdict, currency),
  }));
}

const WORST_FIRST: readonly ThresholdVerdict['kind'][] = ['fail', 'absent', 'not-judged', 'pass'];

/** What matters most first: what failed, then what could not be judged; else in the file's order. */
export function worstFirst(texts: readonly VerdictText[]): readonly VerdictText[] {
  return texts.toSorted((a, b) => WORST_FIRST.indexOf(a.kind) - WORST_FIRST.indexOf(b.kind));
}

/** Currency of the figures of cost; undefined when no price is known. */
export function currencyOf({ cost }: Analysis): string | undefined {
  return valueOf(cost.price)?.currency;
}

function foundText(verdict: ThresholdVerdict, currency: string | undefined): string {
  if (verdict.kind === 'absent') return `absent: ${verdict.because}`;
  if (verdict.kind === 'not-judged') return `not judged: ${verdict.because}`;
  const { unit, limit } = verdict.threshold;
  const of = { unit, ...(currency === undefined ? {} : { currency }) };
  return `was ${figureBesideLimit(verdict.value, limit, of)}`;
}

/** `all 5 thresholds hold`, `2 of 5 thresholds failed, 1 was not judged`; undefined when there are none. */
export function verdictSummary(verdicts: readonly ThresholdVerdict[]): string | undefined {
  const { length } = verdicts;
  if (length === 0) return undefined;
  const { fail, notJudged } = countVerdicts(verdicts);
  const all = plural(length, 'threshold');
  const unjudged = `${notJudged} could not be judged`;
  if (fail > 0) return `${fail} of ${all} failed${notJudged > 0 ? `, ${unjudged}` : ''}`;
  if (notJudged > 0 && length === 1) return 'the threshold could not be judged';
  if (notJudged > 0) return `none of ${all} failed, but ${unjudged}`;
  return length === 1 ? 'the threshold holds' : `all ${all} hold`;
}
