/** Types of Secret, ResourceQuota, LimitRange, PriorityClass, Endpoints and ComponentStatus. */
import { OBJECT_REFERENCE } from './cluster-types.js';
import { objectType } from './meta-types.js';
import {
  BOOLEAN,
  BYTES,
  INT32,
  QUANTITY,
  STRING,
  list,
  map,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { StructType } from './types.js';

const CORE = 'io.k8s.api.core.v1';

/** `core/v1` Secret. */
export const SECRET: StructType = described(
  'Secret holds secret data of a certain type: at most 1 MiB in all.',
  objectType(`${CORE}.Secret`, {
    immutable: pointer(BOOLEAN, 'True: only the metadata can still be changed.'),
    data: optional(map(BYTES), 'The secret data, in base64, by key.'),
    stringData: optional(
      map(STRING),
      'Texts that are merged into data on write and take the place of what is there; never read back.',
    ),
    type: optional(STRING, 'What the data is for; programs go by it. Opaque by default.'),
  }),
);

const SCOPE_REQUIREMENT = struct(
  `${CORE}.ScopedResourceSelectorRequirement`,
  {
    scopeName: required(STRING, 'The scope that the selector is about.'),
    operator: required(STRING, 'One of In, NotIn, Exists, DoesNotExist.'),
    values: optional(list(STRING), 'Given with In and NotIn, and only with them.'),
  },
  'How a scope relates to a set of values.',
);

const SCOPE_SELECTOR: StructType = {
  ...struct(
    `${CORE}.ScopeSelector`,
    { matchExpressions: optional(list(SCOPE_REQUIREMENT), 'All of them must hold.') },
    'The conjunction of its requirements.',
  ),
  isAtomic: true,
};

/** `core/v1` ResourceQuota. */
export const RESOURCE_QUOTA: StructType = described(
  'ResourceQuota limits what a namespace may hold and ask for in all.',
  objectType(`${CORE}.ResourceQuota`, {
    spec: optional(
      struct(
        `${CORE}.ResourceQuotaSpec`,
        {
          hard: optional(map(QUANTITY), 'The limit of each named resource.'),
          scopes: optional(list(STRING), 'What an object must be to be counted; absent: anything.'),
          scopeSelector: pointer(SCOPE_SELECTOR, 'As scopes, with operators and values.'),
        },
        'The limits that are wanted.',
      ),
      'The limits that are wanted.',
    ),
    status: optional(
      struct(
        `${CORE}.ResourceQuotaStatus`,
        {
          hard: optional(map(QUANTITY), 'The limits that are enforced.'),
          used: optional(map(QUANTITY), 'What the namespace uses of each.'),
        },
        'The limits that are enforced, and what is used of them.',
      ),
      'The limits that are enforced, and what is used of them.',
    ),
  }),
);

const LIMIT_RANGE_ITEM = struct(
  `${CORE}.LimitRangeItem`,
  {
    type: required(STRING, 'What is limited: Container, Pod or PersistentVolumeClaim.'),
    max: optional(map(QUANTITY), 'The most that may be asked for, by resource name.'),
    min: optional(map(QUANTITY), 'The least that must be asked for, by resource name.'),
    default: optional(map(QUANTITY), 'Limits of containers that set none.'),
    defaultRequest: optional(map(QUANTITY), 'Requests of containers that set none.'),
    maxLimitRequestRatio: optional(
      map(QUANTITY),
      'The most that a limit may be of its request; both must be set then.',
    ),
  },
  'Bounds and defaults of one type.',
);

/** `core/v1` LimitRange. */
export const LIMIT_RANGE: StructType = described(
  'LimitRange sets bounds and defaults of what each object of a namespace asks for.',
  objectType(`${CORE}.LimitRange`, {
    spec: optional(
      struct(
        `${CORE}.LimitRangeSpec`,
        { limits: required(list(LIMIT_RANGE_ITEM), 'One entry for each type.') },
        'The bounds and defaults.',
      ),
      'The bounds and defaults.',
    ),
  }),
);

/** `scheduling.k8s.io/v1` PriorityClass. */
export const PRIORITY_CLASS: StructType = described(
  'PriorityClass gives a name to a priority of pods.',
  objectType('io.k8s.api.scheduling.v1.PriorityClass', {
    value: required(INT32, 'The priority of pods that name the class; any whole number.'),
    globalDefault: optional(
      BOOLEAN,
      'Pods that name no class have this one. Only one class can be the default.',
    ),
    description: optional(STRING, 'Says when to use the class.'),
    preemptionPolicy: pointer(
      STRING,
      'Never or PreemptLowerPriority (the default): whether a pod of this class may displace others.',
    ),
  }),
);

const ENDPOINT_ADDRESS: StructType = {
  ...struct(
    `${CORE}.EndpointAddress`,
    {
      ip: required(STRING, 'The address.'),
      hostname: optional(STRING, 'The host name of the endpoint.'),
      nodeName: pointer(STRING, 'The node that hosts the endpoint.'),
      targetRef: pointer(OBJECT_REFERENCE, 'The object behind the endpoint.'),
    },
    'One address of a subset.',
  ),
  isAtomic: true,
};

const ENDPOINT_PORT: StructType = {
  ...struct(
    `${CORE}.EndpointPort`,
    {
      name: optional(STRING, "The name of the Service's port; may be left out where there is one."),
      port: required(INT32, 'The port number.'),
      protocol: optional(STRING, 'TCP (the default), UDP or SCTP.'),
      appProtocol: pointer(STRING, 'The application protocol.'),
    },
    'One port of a subset.',
  ),
  isAtomic: true,
};

const ENDPOINT_SUBSET = struct(
  `${CORE}.EndpointSubset`,
  {
    addresses: optional(list(ENDPOINT_ADDRESS), 'Addresses that are ready.'),
    notReadyAddresses: optional(list(ENDPOINT_ADDRESS), 'Addresses that are not ready.'),
    ports: optional(list(ENDPOINT_PORT), 'Ports that each of the addresses offers.'),
  },
  'Addresses that share the same ports.',
);

/** `core/v1` Endpoints. */
export const ENDPOINTS_TYPE: StructType = described(
  'Endpoints are the addresses behind a Service. Deprecated since v1.33: use EndpointSlice.',
  objectType(`${CORE}.Endpoints`, {
    subsets: optional(list(ENDPOINT_SUBSET), 'All endpoints, grouped by their ports.'),
  }),
);

function described(description: string, type: StructType): StructType {
  return { ...type, description };
}
