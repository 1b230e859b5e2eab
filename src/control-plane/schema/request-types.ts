/** Types of what is sent and answered but never stored: options, bindings, evictions, reviews. */
import { OBJECT_REFERENCE } from './cluster-types.js';
import { objectType } from './meta-types.js';
import { BOOLEAN, INT64, STRING, list, map, optional, pointer, required, struct } from './types.js';
import type { StructType } from './types.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const AUTHENTICATION = 'io.k8s.api.authentication.v1';
const AUTHORIZATION = 'io.k8s.api.authorization.v1';

/** `metav1.DeleteOptions`. */
export const DELETE_OPTIONS: StructType = struct(`${META}.DeleteOptions`, {
  kind: optional(STRING),
  apiVersion: optional(STRING),
  gracePeriodSeconds: pointer(INT64),
  preconditions: pointer(
    struct(`${META}.Preconditions`, { uid: pointer(STRING), resourceVersion: pointer(STRING) }),
  ),
  orphanDependents: pointer(BOOLEAN),
  propagationPolicy: pointer(STRING),
  dryRun: optional(list(STRING)),
  ignoreStoreReadErrorWithClusterBreakingPotential: pointer(BOOLEAN),
});

/** `v1` Binding. */
export const BINDING: StructType = objectType('io.k8s.api.core.v1.Binding', {
  target: required(OBJECT_REFERENCE),
});

/** `policy/v1` Eviction. */
export const EVICTION: StructType = objectType('io.k8s.api.policy.v1.Eviction', {
  deleteOptions: pointer(DELETE_OPTIONS),
});

const STRINGS = list(STRING);

const USER_INFO = struct(`${AUTHENTICATION}.UserInfo`, {
  username: optional(STRING),
  uid: optional(STRING),
  groups: optional(STRINGS),
  extra: optional(map(STRINGS)),
});

/** `authentication.k8s.io/v1` SelfSubjectReview. */
export const SELF_SUBJECT_REVIEW: StructType = objectType(`${AUTHENTICATION}.SelfSubjectReview`, {
  status: optional(
    struct(`${AUTHENTICATION}.SelfSubjectReviewStatus`, { userInfo: optional(USER_INFO) }),
  ),
});

/** `authentication.k8s.io/v1` TokenReview. */
export const TOKEN_REVIEW: StructType = objectType(`${AUTHENTICATION}.TokenReview`, {
  spec: required(
    struct(`${AUTHENTICATION}.TokenReviewSpec`, {
      token: optional(STRING),
      audiences: optional(STRINGS),
    }),
  ),
  status: optional(
    struct(`${AUTHENTICATION}.TokenReviewStatus`, {
      authenticated: optional(BOOLEAN),
      user: optional(USER_INFO),
      audiences: optional(STRINGS),
      error: optional(STRING),
    }),
  ),
});

const REQUIREMENT = struct(`${META}.FieldSelectorRequirement`, {
  key: required(STRING),
  operator: required(STRING),
  values: optional(STRINGS),
});

const LABEL_REQUIREMENT = struct(`${META}.LabelSelectorRequirement`, {
  key: required(STRING),
  operator: required(STRING),
  values: optional(STRINGS),
});

const ATTRIBUTES = {
  resourceAttributes: pointer(
    struct(`${AUTHORIZATION}.ResourceAttributes`, {
      namespace: optional(STRING),
      verb: optional(STRING),
      group: optional(STRING),
      version: optional(STRING),
      resource: optional(STRING),
      subresource: optional(STRING),
      name: optional(STRING),
      fieldSelector: pointer(
        struct(`${AUTHORIZATION}.FieldSelectorAttributes`, {
          rawSelector: optional(STRING),
          requirements: optional(list(REQUIREMENT)),
        }),
      ),
      labelSelector: pointer(
        struct(`${AUTHORIZATION}.LabelSelectorAttributes`, {
          rawSelector: optional(STRING),
          requirements: optional(list(LABEL_REQUIREMENT)),
        }),
      ),
    }),
  ),
  nonResourceAttributes: pointer(
    struct(`${AUTHORIZATION}.NonResourceAttributes`, {
      path: optional(STRING),
      verb: optional(STRING),
    }),
  ),
};

const REVIEW_STATUS = struct(`${AUTHORIZATION}.SubjectAccessReviewStatus`, {
  allowed: required(BOOLEAN),
  denied: optional(BOOLEAN),
  reason: optional(STRING),
  evaluationError: optional(STRING),
});

const SUBJECT_SPEC = struct(`${AUTHORIZATION}.SubjectAccessReviewSpec`, {
  ...ATTRIBUTES,
  user: optional(STRING),
  groups: optional(STRINGS),
  extra: optional(map(STRINGS)),
  uid: optional(STRING),
});

/** `authorization.k8s.io/v1` SelfSubjectAccessReview. */
export const SELF_SUBJECT_ACCESS_REVIEW: StructType = objectType(
  `${AUTHORIZATION}.SelfSubjectAccessReview`,
  {
    spec: required(struct(`${AUTHORIZATION}.SelfSubjectAccessReviewSpec`, ATTRIBUTES)),
    status: optional(REVIEW_STATUS),
  },
);

/** `authorization.k8s.io/v1` SubjectAccessReview. */
export const SUBJECT_ACCESS_REVIEW: StructType = objectType(
  `${AUTHORIZATION}.SubjectAccessReview`,
  { spec: required(SUBJECT_SPEC), status: optional(REVIEW_STATUS) },
);

/** `authorization.k8s.io/v1` LocalSubjectAccessReview. */
export const LOCAL_SUBJECT_ACCESS_REVIEW: StructType = objectType(
  `${AUTHORIZATION}.LocalSubjectAccessReview`,
  { spec: required(SUBJECT_SPEC), status: optional(REVIEW_STATUS) },
);

/** `authorization.k8s.io/v1` SelfSubjectRulesReview; its status is only answered. */
export const SELF_SUBJECT_RULES_REVIEW: StructType = objectType(
  `${AUTHORIZATION}.SelfSubjectRulesReview`,
  {
    spec: required(
      struct(`${AUTHORIZATION}.SelfSubjectRulesReviewSpec`, { namespace: optional(STRING) }),
    ),
  },
);
