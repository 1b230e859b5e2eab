/** Field numbers of what every group shares, and of groups about requests, endpoints and events. */
import type { MessageTable } from './message-table.js';

/** Messages of `k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto` (1.36). */
export const META_MESSAGES: MessageTable = {
  Condition: 'type status observedGeneration lastTransitionTime reason message',
  DeleteOptions:
    'gracePeriodSeconds preconditions orphanDependents propagationPolicy dryRun ignoreStoreReadErrorWithClusterBreakingPotential',
  FieldSelectorRequirement: 'key operator values',
  LabelSelector: 'matchLabels matchExpressions',
  LabelSelectorRequirement: 'key operator values',
  ManagedFieldsEntry: 'manager operation apiVersion time - fieldsType fieldsV1 subresource',
  ObjectMeta:
    'name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds labels annotations ownerReferences finalizers - - managedFields',
  OwnerReference: 'kind - name uid apiVersion controller blockOwnerDeletion',
  Preconditions: 'uid resourceVersion',
};

/** Messages of `k8s.io/api/authentication/v1/generated.proto` (1.36). */
export const AUTHENTICATION_MESSAGES: MessageTable = {
  SelfSubjectReview: 'metadata status',
  SelfSubjectReviewStatus: 'userInfo',
  TokenReview: 'metadata spec status',
  TokenReviewSpec: 'token audiences',
  TokenReviewStatus: 'authenticated user error audiences',
  UserInfo: 'username uid groups extra',
};

/** Messages of `k8s.io/api/authorization/v1/generated.proto` (1.36). */
export const AUTHORIZATION_MESSAGES: MessageTable = {
  FieldSelectorAttributes: 'rawSelector requirements',
  LabelSelectorAttributes: 'rawSelector requirements',
  LocalSubjectAccessReview: 'metadata spec status',
  NonResourceAttributes: 'path verb',
  NonResourceRule: 'verbs nonResourceURLs',
  ResourceAttributes:
    'namespace verb group version resource subresource name fieldSelector labelSelector',
  ResourceRule: 'verbs apiGroups resources resourceNames',
  SelfSubjectAccessReview: 'metadata spec status',
  SelfSubjectAccessReviewSpec: 'resourceAttributes nonResourceAttributes',
  SelfSubjectRulesReview: 'metadata spec status',
  SelfSubjectRulesReviewSpec: 'namespace',
  SubjectAccessReview: 'metadata spec status',
  SubjectAccessReviewSpec: 'resourceAttributes nonResourceAttributes user groups extra uid',
  SubjectAccessReviewStatus: 'allowed reason evaluationError denied',
  SubjectRulesReviewStatus: 'resourceRules nonResourceRules incomplete evaluationError',
};

/** Messages of `k8s.io/api/discovery/v1/generated.proto` (1.36). */
export const DISCOVERY_MESSAGES: MessageTable = {
  Endpoint: 'addresses conditions hostname targetRef deprecatedTopology nodeName zone hints',
  EndpointConditions: 'ready serving terminating',
  EndpointHints: 'forZones forNodes',
  EndpointPort: 'name protocol port appProtocol',
  EndpointSlice: 'metadata endpoints ports addressType',
  ForNode: 'name',
  ForZone: 'name',
};

/** Messages of `k8s.io/api/coordination/v1/generated.proto` (1.36). */
export const COORDINATION_MESSAGES: MessageTable = {
  Lease: 'metadata spec',
  LeaseSpec:
    'holderIdentity leaseDurationSeconds acquireTime renewTime leaseTransitions strategy preferredHolder',
};

/** Messages of `k8s.io/api/events/v1/generated.proto` (1.36). */
export const EVENTS_MESSAGES: MessageTable = {
  Event:
    'metadata eventTime series reportingController reportingInstance action reason regarding related note type deprecatedSource deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedCount',
  EventSeries: 'count lastObservedTime',
};
