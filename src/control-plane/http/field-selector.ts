/** Field selectors: `spec.nodeName=n1,status.phase!=Running`. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { Kind } from '../kinds/kind.js';

/**
 * The matcher of a field selector.
 *
 * @throws {ApiError} 400 when it cannot be parsed or names a field that the kind does not offer.
 * @see Source: kubernetes `apimachinery/pkg/fields/selector.go`, `ParseSelector`.
 */
export function parseFieldSelector(kind: Kind, selector: string): (object: KubeObject) => boolean {
  const terms = splitTerms(selector).map((term) => parseTerm(term));
  return (object) => {
    const fields = selectableFields(kind, object);
    return terms.every(
      ({ field, value, isNegated }) => (valueOf(kind, fields, field) === value) !== isNegated,
    );
  };
}

/** The fields of an object that a selector may name. */
function selectableFields(kind: Kind, object: KubeObject): ReadonlyMap<string, string> {
  const { name, namespace = '' } = object.metadata;
  return new Map([
    // the example that unknown fields are looked for in has no name
    ['metadata.name', name ?? ''],
    ['metadata.namespace', namespace],
    ...Object.entries(kind.selectableFields?.(object) ?? {}),
  ]);
}

function valueOf(kind: Kind, fields: ReadonlyMap<string, string>, field: string): string {
  const value = fields.get(field);
  if (value === undefined) {
    throw ApiError.badRequest(
      kind.unknownFieldMessage?.(field) ?? `field label not supported: ${field}`,
    );
  }
  return value;
}

/**
 * Refuses fields that the kind does not offer, before there is any object.
 *
 * @param example - any object of the kind.
 */
export function refuseUnknownFields(kind: Kind, selector: string, example: KubeObject): void {
  const fields = selectableFields(kind, example);
  for (const term of splitTerms(selector)) valueOf(kind, fields, parseTerm(term).field);
}

interface Term {
  readonly field: string;
  readonly value: string;
  readonly isNegated: boolean;
}

function parseTerm(term: string): Term {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) {
    throw ApiError.badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  }
  const [, field = '', operator = '', value = ''] = match;
  return { field, value: unescaped(value), isNegated: operator === '!=' };
}

function splitTerms(selector: string): readonly string[] {
  return selector.split(/(?<!\\),/).filter((term) => term !== '');
}

function unescaped(value: string): string {
  return value.replaceAll(/\\([\\,=])/g, '$1');
}
