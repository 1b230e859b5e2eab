/** Whether a run's figures may be believed: was it whole, and did the load generator keep up? */
import type { LoadSummary, SenderAudit, WorkersSummary } from '../load/sender.js';
import type { Timeline } from '../timeline/record.js';
import { phaseStart, recordsOf } from './run-facts.js';

/** How the run ended. */
export type Completeness =
  | { readonly kind: 'completed' }
  | { readonly kind: 'interrupted'; readonly because: string }
  | { readonly kind: 'failed'; readonly because: string }
  /** The record of the run ends without its end: the harness died. */
  | { readonly kind: 'cut-short'; readonly because: string };

/** Reads how a run ended from its last record. */
export function completeness(timeline: Timeline): Completeness {
  const end = recordsOf(timeline, 'end').at(-1);
  if (end === undefined) {
    return { kind: 'cut-short', because: 'the timeline has no end: the harness was killed' };
  }
  if (end.outcome === 'completed') return { kind: 'completed' };
  return { kind: end.outcome, because: end.because ?? 'no reason was recorded' };
}

/** What a load generator was and measured of itself. */
interface GeneratorFacts {
  readonly engine: string;
  readonly audit: SenderAudit;
  /** The pods that sent; absent: it was sent from where the harness ran. */
  readonly workers?: WorkersSummary;
}

/** Whether response times tell of the service or of the load generator. */
export type GeneratorVerdict =
  | ({ readonly kind: 'kept-up' } & GeneratorFacts)
  /** It was late, or a share of the load is missing. */
  | ({ readonly kind: 'saturated'; readonly because: string } & GeneratorFacts)
  | { readonly kind: 'unknown'; readonly because: string }
  /** The load was modelled: it cannot be late, and has nothing to tell of itself. */
  | { readonly kind: 'modelled'; readonly because: string };

/** The sender's audit as a verdict; unknown when the sender never told (it was stopped or died). */
export function generatorVerdict(timeline: Timeline): GeneratorVerdict {
  const summary = recordsOf(timeline, 'load-summary').at(-1)?.summary;
  if (summary === undefined && phaseStart(timeline, 'load').kind !== 'measured') {
    return { kind: 'unknown', because: 'no load was sent' };
  }
  return verdictOf(summary);
}

/** The same from what a sender said in the end; absent: it never came to its end. */
export function verdictOf(summary: LoadSummary | undefined): GeneratorVerdict {
  if (summary === undefined) {
    return { kind: 'unknown', because: 'the load generator did not finish' };
  }
  const { audit, engine, workers } = summary;
  if (audit === undefined) {
    return { kind: 'modelled', because: 'it was modelled, and a model is never late' };
  }
  const facts = { engine, audit, ...(workers === undefined ? {} : { workers }) };
  return audit.isSaturated
    ? { kind: 'saturated', because: audit.because ?? 'it sent late', ...facts }
    : { kind: 'kept-up', ...facts };
}

/** What is wrong with what a load generator told, in a few words: shares are missing, or else it was late. */
export function generatorTrouble(
  { workers }: Pick<GeneratorFacts, 'workers'>,
  whenLate = 'the load generator fell behind',
): string {
  return (workers?.missing.length ?? 0) > 0 ? 'a part of the load is missing' : whenLate;
}
