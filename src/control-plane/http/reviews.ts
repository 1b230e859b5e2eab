/** Who the client is and what it may do: objects that are posted, answered and never stored. */
import { kubeTime } from '../../core/kube-time.js';
import { ApiError } from '../api-error.js';
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';
import { DecodeError, decode } from '../schema/decode.js';
import { isJsonObject, textOf, valueAt } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import {
  LOCAL_SUBJECT_ACCESS_REVIEW,
  SELF_SUBJECT_ACCESS_REVIEW,
  SELF_SUBJECT_REVIEW,
  SELF_SUBJECT_RULES_REVIEW,
  SUBJECT_ACCESS_REVIEW,
  TOKEN_REVIEW,
} from '../schema/request-types.js';
import type { StructType } from '../schema/types.js';
import { ADMINISTRATOR, decide, rulesOf } from './authorization.js';
import type { Attributes, User } from './authorization.js';
import { readObject } from './body.js';
import { unknownResource } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import { json } from './messages.js';
import type { ApiRequest, PlainResponse } from './messages.js';
import { negotiate } from './representation.js';
import type { ResourcePath } from './resource-path.js';

const AUTHENTICATION = 'authentication.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';

/** A kind of review: what is posted, and what it is answered with. */
export interface ReviewKind {
  readonly group: typeof AUTHENTICATION | typeof AUTHORIZATION;
  readonly version: 'v1';
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly type: StructType;
  /** Fields that take the place of those posted. @throws {ApiError} 400 or 422. */
  answer(review: JsonObject, context: ReviewContext): JsonObject;
}

/** What reviews need, and who asks. */
export interface ReviewOptions extends ApiHandlerOptions {
  readonly user: User;
}

interface ReviewContext {
  readonly options: ReviewOptions;
  readonly namespace: string | undefined;
}

/** Every review that is offered, in the order of discovery. */
export const REVIEWS: readonly ReviewKind[] = [
  {
    ...review(AUTHENTICATION, 'SelfSubjectReview', SELF_SUBJECT_REVIEW),
    answer: (_review, { options }) => ({
      metadata: { creationTimestamp: kubeTime(options.clock.now()) },
      status: { userInfo: options.user },
    }),
  },
  { ...review(AUTHENTICATION, 'TokenReview', TOKEN_REVIEW), answer: answerToken },
  {
    ...review(AUTHORIZATION, 'LocalSubjectAccessReview', LOCAL_SUBJECT_ACCESS_REVIEW),
    namespaced: true,
    answer(posted, { namespace }) {
      refuse([...subjectFaults(posted), ...namespaceFaults(posted, namespace)]);
      return { status: accessOf(subjectOf(posted), posted) };
    },
  },
  {
    ...review(AUTHORIZATION, 'SelfSubjectAccessReview', SELF_SUBJECT_ACCESS_REVIEW),
    answer(posted, { options }) {
      refuse(attributeFaults(posted));
      return { status: accessOf(options.user, posted) };
    },
  },
  {
    ...review(AUTHORIZATION, 'SelfSubjectRulesReview', SELF_SUBJECT_RULES_REVIEW),
    answer(posted, { options }) {
      if (textOf(valueAt(posted, ['spec', 'namespace'])) === '') {
        throw ApiError.badRequest('no namespace on request');
      }
      return { status: { ...rulesOf(options.user), incomplete: false } };
    },
  },
  {
    ...review(AUTHORIZATION, 'SubjectAccessReview', SUBJECT_ACCESS_REVIEW),
    answer(posted) {
      refuse(subjectFaults(posted));
      return { status: accessOf(subjectOf(posted), posted) };
    },
  },
];

/**
 * Answers a review; undefined for a path of no group of reviews.
 *
 * @throws {ApiError} as the API refuses.
 */
export function answerReview(
  options: ReviewOptions,
  path: ResourcePath,
  request: ApiRequest,
): PlainResponse | undefined {
  const { group, version, plural, namespace, name } = path;
  if (!REVIEWS.some((kind) => kind.group === group && kind.version === version)) return undefined;
  const kind = REVIEWS.find((one) => one.group === group && one.plural === plural);
  const isInPlace = kind?.namespaced === (namespace !== undefined) && name === undefined;
  if (kind === undefined || !isInPlace) throw unknownResource();
  if (request.method !== 'POST') throw ApiError.methodNotAllowed();
  negotiate(request.accept);
  const posted = decoded(kind, readObject(request, { ...kind, registry: options.api.kinds }));
  return json(201, {
    kind: kind.kind,
    apiVersion: `${kind.group}/${kind.version}`,
    metadata: posted['metadata'] ?? {},
    ...(posted['spec'] === undefined ? {} : { spec: posted['spec'] }),
    ...kind.answer(posted, { options, namespace }),
  });
}

function review(
  group: ReviewKind['group'],
  kind: string,
  type: StructType,
): Omit<ReviewKind, 'answer'> {
  const plural = `${kind.toLowerCase()}s`;
  return { group, version: 'v1', plural, kind, namespaced: false, type };
}

function decoded({ kind, version, type }: ReviewKind, body: JsonObject): JsonObject {
  try {
    return decode(type, body);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw ApiError.badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: ${error.message}`,
    );
  }
}

/** @see Source: kubernetes `pkg/registry/authentication/tokenreview/storage.go`. */
function answerToken(posted: JsonObject, { options }: ReviewContext): JsonObject {
  const token = textOf(valueAt(posted, ['spec', 'token']));
  if (token === '') {
    throw ApiError.badRequest('token is required for TokenReview in authentication');
  }
  return options.isToken?.(token) === true
    ? { status: { authenticated: true, user: ADMINISTRATOR } }
    : { status: { user: {}, error: 'invalid bearer token' } };
}

/**
 * Upstream's faults of what is asked about.
 *
 * @see Source: kubernetes `pkg/apis/authorization/validation/validation.go`, for this and the next.
 */
function attributeFaults(posted: JsonObject): readonly FieldError[] {
  const resource = valueAt(posted, ['spec', 'resourceAttributes']);
  const other = valueAt(posted, ['spec', 'nonResourceAttributes']);
  if (resource !== undefined && other !== undefined) {
    // the internal type, whose fields begin with a capital
    const value = {
      Path: textOf(valueAt(other, ['path'])),
      Verb: textOf(valueAt(other, ['verb'])),
    };
    return [
      invalidValue(
        'spec.nonResourceAttributes',
        value,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  }
  if (resource !== undefined || other !== undefined) return [];
  return [
    invalidValue(
      'spec.resourceAttributes',
      null,
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ),
  ];
}

function subjectFaults(posted: JsonObject): readonly FieldError[] {
  const user = textOf(valueAt(posted, ['spec', 'user']));
  const hasSubject = user !== '' || valueAt(posted, ['spec', 'groups']) !== undefined;
  return [
    ...attributeFaults(posted),
    ...(hasSubject
      ? []
      : [invalidValue('spec.user', user, 'at least one of user or group must be specified')]),
  ];
}

function namespaceFaults(posted: JsonObject, namespace: string | undefined): readonly FieldError[] {
  const attributes = valueAt(posted, ['spec', 'resourceAttributes']);
  if (!isJsonObject(attributes)) {
    const given = valueAt(posted, ['spec', 'nonResourceAttributes']);
    return given === undefined
      ? []
      : [invalidValue('spec.nonResourceAttributes', given, 'disallowed on this kind of request')];
  }
  const asked = textOf(attributes['namespace']);
  return asked === namespace
    ? []
    : [invalidValue('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')];
}

/** Whom a review asks about. */
function subjectOf(posted: JsonObject): User {
  const groups = valueAt(posted, ['spec', 'groups']);
  return {
    username: textOf(valueAt(posted, ['spec', 'user'])),
    groups: Array.isArray(groups) ? groups.map((group) => textOf(group)) : [],
  };
}

function accessOf(user: User, posted: JsonObject): JsonObject {
  const decision = decide(user, attributesOfReview(posted));
  if (!decision.isAllowed) return { allowed: false };
  return { allowed: true, ...(decision.reason === '' ? {} : { reason: decision.reason }) };
}

function attributesOfReview(posted: JsonObject): Attributes {
  const path = valueAt(posted, ['spec', 'nonResourceAttributes']);
  if (isJsonObject(path)) {
    return { kind: 'path', verb: textOf(path['verb']), path: textOf(path['path']) };
  }
  const field = (name: string): string =>
    textOf(valueAt(posted, ['spec', 'resourceAttributes', name]));
  return {
    kind: 'resource',
    verb: field('verb'),
    group: field('group'),
    resource: field('resource'),
    subresource: field('subresource'),
    namespace: field('namespace'),
    name: field('name'),
  };
}

function refuse(faults: readonly FieldError[]): void {
  if (faults.length > 0) throw ApiError.invalid({ group: AUTHORIZATION, kind: '' }, '', faults);
}
