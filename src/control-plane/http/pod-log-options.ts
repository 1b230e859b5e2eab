/** The query of the `log` subresource of pods. */
import { ApiError } from '../api-error.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, negativeValue, unsupportedValue } from '../field-error.js';
import { flag, integer } from './list-options.js';

/** Which lines a client wants, and how. */
export interface PodLogOptions {
  readonly isFollowed: boolean;
  /** The start before the present one. */
  readonly isPrevious: boolean;
  /** Of all lines that there are; absent: all. */
  readonly tailLines: number | undefined;
  /** Absent: no bound. */
  readonly limitBytes: number | undefined;
  /** Lines before this instant are left out; absent: none. */
  readonly sinceMs: number | undefined;
  readonly hasTimestamps: boolean;
  /** Absent: both. */
  readonly stream: 'stdout' | 'stderr' | undefined;
}

const STREAMS = ['All', 'Stderr', 'Stdout'];

/**
 * Reads and checks the options.
 *
 * @throws {ApiError} 400 for what cannot be read, 422 with every other fault.
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidatePodLogOptions`.
 */
export function podLogOptions(
  podName: string,
  query: URLSearchParams,
  nowMs: number,
): PodLogOptions {
  const tailLines = integer(query, 'tailLines');
  const limitBytes = integer(query, 'limitBytes');
  const sinceSeconds = integer(query, 'sinceSeconds');
  const sinceTimeMs = instant(query, 'sinceTime');
  const stream = query.get('stream') ?? 'All';
  const faults: readonly FieldError[] = [
    ...negativeValue('tailLines', tailLines),
    ...atLeastOne('limitBytes', limitBytes),
    ...(sinceSeconds !== undefined && sinceTimeMs !== undefined
      ? [forbiddenValue('', 'at most one of `sinceTime` or `sinceSeconds` may be specified')]
      : atLeastOne('sinceSeconds', sinceSeconds)),
    ...streamFaults(stream, tailLines),
  ];
  if (faults.length > 0) {
    throw ApiError.invalid({ group: '', kind: 'PodLogOptions' }, podName, faults);
  }
  return {
    isFollowed: flag(query, 'follow'),
    isPrevious: flag(query, 'previous'),
    tailLines,
    limitBytes,
    sinceMs: sinceSeconds === undefined ? sinceTimeMs : nowMs - sinceSeconds * 1_000,
    hasTimestamps: flag(query, 'timestamps'),
    stream: stream === 'Stdout' ? 'stdout' : stream === 'Stderr' ? 'stderr' : undefined,
  };
}

function atLeastOne(field: string, value: number | undefined): readonly FieldError[] {
  if (value === undefined || value >= 1) return [];
  return [invalidValue(field, value, 'must be greater than 0')];
}

function streamFaults(stream: string, tailLines: number | undefined): readonly FieldError[] {
  return [
    ...(STREAMS.includes(stream) ? [] : [unsupportedValue('stream', stream, STREAMS)]),
    ...(stream !== 'All' && tailLines !== undefined
      ? [forbiddenValue('', '`tailLines` and specific `stream` are mutually exclusive for now')]
      : []),
  ];
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/time.go`, `UnmarshalQueryParameter`. */
function instant(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '' || text === 'null') return undefined;
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  const quoted = JSON.stringify(text);
  throw ApiError.badRequest(
    `parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`,
  );
}
