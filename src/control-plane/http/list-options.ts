/** The query of lists and watches. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, unsupportedValue } from '../field-error.js';
import { storedKind } from '../kinds/kind.js';
import type { Kind } from '../kinds/kind.js';
import { decode } from '../schema/decode.js';
import { decodedDraft } from '../api-machinery/typed.js';
import { parseFieldSelector, refuseUnknownFields } from './field-selector.js';
import { parseLabelSelector } from './label-selector.js';

/** What a list or watch asks for. */
export interface ListOptions {
  /** Absent: no selector was given. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
  readonly isWatch: boolean;
  /** '' when not given. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  /** 0: no limit. */
  readonly limit: number;
  readonly continueToken: string;
  readonly timeoutSeconds: number | undefined;
  readonly hasBookmarks: boolean;
  readonly hasInitialEvents: boolean;
}

/**
 * Reads and checks the options of a list or watch.
 *
 * @throws {ApiError} 400 or 422 with upstream's texts.
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/internalversion/validation/validation.go`.
 */
export function parseListOptions(kind: Kind, query: URLSearchParams): ListOptions {
  const options: ListOptions = {
    matches: parseMatches(kind, query),
    isWatch: flag(query, 'watch'),
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: parseMatchRule(query),
    limit: integer(query, 'limit') ?? 0,
    continueToken: query.get('continue') ?? '',
    timeoutSeconds: integer(query, 'timeoutSeconds'),
    hasBookmarks: flag(query, 'allowWatchBookmarks'),
    hasInitialEvents: flag(query, 'sendInitialEvents'),
  };
  const faults = optionFaults(options, query.has('sendInitialEvents'));
  if (faults.length > 0) {
    throw ApiError.invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults);
  }
  return options;
}

/** A boolean of a query, as Go's conversion reads it: anything but `false` and `0` is true. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && !['false', '0', 'False', 'FALSE', 'f', 'F'].includes(value);
}

/** An integer of a query. @throws {ApiError} 400. */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (!/^[+-]?\d+$/.test(value)) {
    throw ApiError.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  return Number(value);
}

/** The selectors of a query as one predicate. */
function parseMatches(
  kind: Kind,
  query: URLSearchParams,
): ((object: KubeObject) => boolean) | undefined {
  const labelText = query.get('labelSelector') ?? '';
  const fieldText = query.get('fieldSelector') ?? '';
  if (labelText === '' && fieldText === '') return undefined;
  const matchesLabels = parseLabelSelector(labelText);
  if (fieldText === '') return (object) => matchesLabels(object.metadata.labels ?? {});
  refuseUnknownFields(kind, fieldText, decodedDraft(decode(storedKind(kind).type, {})));
  const matchesFields = parseFieldSelector(kind, fieldText);
  return (object) => matchesLabels(object.metadata.labels ?? {}) && matchesFields(object);
}

function parseMatchRule(query: URLSearchParams): ListOptions['resourceVersionMatch'] {
  const rule = query.get('resourceVersionMatch') ?? '';
  if (rule === '' || rule === 'Exact' || rule === 'NotOlderThan') return rule;
  throw ApiError.invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
    unsupportedValue('resourceVersionMatch', rule, ['Exact', 'NotOlderThan', '']),
  ]);
}

function optionFaults(options: ListOptions, isInitialEventsGiven: boolean): readonly FieldError[] {
  const { resourceVersionMatch: rule, resourceVersion, continueToken, isWatch } = options;
  const field = 'resourceVersionMatch';
  if (isInitialEventsGiven) return initialEventsFaults(options);
  if (rule === '') return [];
  const faults: FieldError[] = [];
  if (isWatch) faults.push(forbiddenValue(field, 'resourceVersionMatch is forbidden for watch'));
  if (resourceVersion === '') {
    faults.push(
      forbiddenValue(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
    );
  }
  if (continueToken !== '') {
    faults.push(
      forbiddenValue(field, 'resourceVersionMatch is forbidden when continue is provided'),
    );
  }
  if (rule === 'Exact' && resourceVersion === '0') {
    faults.push(
      forbiddenValue(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    );
  }
  return faults;
}

function initialEventsFaults({
  isWatch,
  resourceVersionMatch,
}: ListOptions): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (!isWatch) {
    faults.push(forbiddenValue('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (resourceVersionMatch !== 'NotOlderThan') {
    faults.push(
      forbiddenValue(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    );
  }
  return faults;
}
