/** What became of each kind of request, of sessions, and which checks failed. */
import { totalOf } from '../load/accounting.js';
import { timeCounts } from '../load/histogram.js';
import type { RequestKindSecond, SessionCounts } from '../load/sender.js';
import type { LoadRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';
import { timesOf, type ResponseTimes } from './response-times.js';

/** What became of the requests of one kind; it adds up as a load second does. */
export interface RequestKindLoad extends Omit<RequestKindSecond, 'responseTime' | 'serviceTime'> {
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
  const total = totalOf(seconds.map(({ load }) => load));
  const { byRequest, sessions, failedChecks = {} } = total;
  return {
    kinds:
      byRequest === undefined
        ? noData('the load has one kind of request')
        : measured(Object.entries(byRequest).map(([name, kind]) => kindLoad(name, kind))),
    sessions: sessions === undefined ? noData('no session has several steps') : measured(sessions),
    failedChecks,
  };
}

function kindLoad(
  name: string,
  { responseTime, serviceTime, ...counts }: RequestKindSecond,
): RequestKindLoad {
  const { due, dropped, unsent, answered, failed } = counts;
  const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
  const errors = failures + (answered['5xx'] ?? 0) + dropped + unsent;
  return {
    name,
    ...counts,
    errors,
    errorShare: due === 0 ? noData('no request was due') : measured(errors / due),
    responseTimes: timesOf([timeCounts(responseTime)]),
    serviceTimes: timesOf([timeCounts(serviceTime)]),
  };
}
