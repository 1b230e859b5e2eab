/** In which form an answer is wanted. */
import { ApiError } from '../api-error.js';

/** Objects as they are, as a table, or their metadata alone. */
export type Representation = 'object' | 'table' | 'metadata';

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The media ranges of an Accept header in the order of the client. */
export function mediaRanges(accept: string | undefined): readonly MediaRange[] {
  return (accept ?? '*/*').split(',').map((range) => {
    const [type = '', ...rest] = range.split(';').map((part) => part.trim());
    const parameters = rest.map((part): [string, string] => {
      const equals = part.indexOf('=');
      return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    });
    return { type: type.toLowerCase(), parameters: new Map(parameters) };
  });
}

/**
 * The first form of the Accept header that is offered. Protobuf is not: clients that prefer it name
 * JSON too.
 *
 * @throws {ApiError} 406 when none is.
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/negotiation/negotiate.go`.
 */
export function negotiate(accept: string | undefined): Representation {
  for (const { type, parameters } of mediaRanges(accept)) {
    if (!['application/json', 'application/*', '*/*', ''].includes(type)) continue;
    const as = parameters.get('as');
    if (as === undefined) return 'object';
    const isMeta = parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1';
    if (isMeta && as === 'Table') return 'table';
    if (isMeta && (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')) {
      return 'metadata';
    }
  }
  throw notAcceptable();
}

/** 406 with the media types there are. */
export function notAcceptable(): ApiError {
  return new ApiError({
    message:
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'NotAcceptable',
    code: 406,
  });
}
