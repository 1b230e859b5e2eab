/** What became of each kind of request, of sessions, and which checks failed. */
import { addCounters, addSessions, sumCounts, type RequestKindCounts } from '../load/accounting.js';
import { timeCounts } from '../load/time-counts.js';
import type { LoadSecond, RequestKindSecond, SessionCounts } from '../load/sender.js';
import type { LoadRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';
import { timesOf, type ResponseTimes } from './response-times.js';

/** What became of the requests of one kind; it adds up as a load second does. */
export interface RequestKindLoad extends RequestKindCounts {
  /** The request's name, or `session/step`. */
  readonly name: string;
  /** Failed, answered 5xx, dropped, unsent. */
  readonly errors: number;
  /** errors / due. */
  readonly errorShare: Measure;
  /** From when it was due to the end of its answer. */
  readonly responseTimes: ResponseTimes;
  /** From the send to the end of its answer. */
  readonly serviceTimes: ResponseTimes;
}

/** The whole load by kind of request. */
export interface LoadByRequest {
  /** Absent for a load with one kind. */
  readonly kinds: Measure<readonly RequestKindLoad[]>;
  /** Absent where no session has several steps. */
  readonly sessions: Measure<SessionCounts>;
  /** Answers that failed a check, by the first that failed; empty when none did. */
  readonly failedChecks: Readonly<Record<string, number>>;
}

/** The seconds of a load together, by kind of request. */
export function loadByRequest(seconds: readonly LoadRecord[]): LoadByRequest {
  const byRequest = told(seconds, (load) => load.byRequest);
  const sessions = told(seconds, (load) => load.sessions);
  return {
    kinds:
      byRequest.length === 0
        ? noData('the load has one kind of request')
        : measured(kindsOf(byRequest)),
    sessions:
      sessions.length === 0
        ? noData('no session has several steps')
        : measured(addSessions(sessions)),
    failedChecks: addCounters(told(seconds, (load) => load.failedChecks)),
  };
}

function told<T>(
  seconds: readonly LoadRecord[],
  what: (load: LoadSecond) => T | undefined,
): readonly T[] {
  return seconds.map(({ load }) => what(load)).filter((each) => each !== undefined);
}

function kindsOf(
  seconds: readonly Readonly<Record<string, RequestKindSecond>>[],
): readonly RequestKindLoad[] {
  const names = new Set(seconds.flatMap((each) => Object.keys(each)));
  return [...names].map((name) => {
    const kinds = seconds.map((each) => each[name]).filter((kind) => kind !== undefined);
    return kindLoad(name, kinds);
  });
}

function kindLoad(name: string, kinds: readonly RequestKindSecond[]): RequestKindLoad {
  const counts = sumCounts(kinds);
  const { due, dropped, unsent, answered, failed } = counts;
  const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
  const errors = failures + (answered['5xx'] ?? 0) + dropped + unsent;
  return {
    name,
    ...counts,
    errors,
    errorShare: due === 0 ? noData('no request was due') : measured(errors / due),
    responseTimes: timesOf(kinds.map(({ responseTime }) => timeCounts(responseTime))),
    serviceTimes: timesOf(kinds.map(({ serviceTime }) => timeCounts(serviceTime))),
  };
}
