/** Mirrors Endpoints that somebody else wrote into EndpointSlices. */
import type { Endpoint, EndpointSlice, StringMap } from '../../core/objects.js';
import type { EndpointAddress, Endpoints, EndpointSubset } from '../../core/quota-objects.js';
import { ApiError } from '../api-error.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { Controller, ControllerWatch, Informer, ReconcileKey } from '../controller.js';
import { isIpv6 } from '../kinds/ip-address.js';
import { ObjectIndex } from '../object-index.js';
import { keyOf, objectKey, reconcileKey } from '../object-keys.js';
import { controllerReference } from '../owner-references.js';
import { ENDPOINTS, ENDPOINT_SLICES, SERVICES } from '../resources.js';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from './endpoint-slice.js';
import { isNamespaceTerminating } from './pod-control.js';

/** Slices of this controller are managed by this. */
const MANAGED_BY = 'endpointslicemirroring-controller.k8s.io';
const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';
/** Annotations that are about the Endpoints object alone. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
]);
/** Addresses of one subset that are mirrored at most. */
const MAX_ADDRESSES = 1_000; // config/v1alpha1/defaults.go, MirroringMaxEndpointsPerSubset

/** What a slice says, beside who it is. */
type SliceContent = Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'>;

/**
 * Endpoints of a Service without a selector become slices that the proxy reads; those that the Endpoints
 * controller wrote are none of its business.
 *
 * @see Source: kubernetes `pkg/controller/endpointslicemirroring/endpointslicemirroring_controller.go`,
 *   `syncEndpoints`, and `reconciler.go`.
 */
export class EndpointSliceMirroringController implements Controller {
  readonly name = 'endpointslicemirroring';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #slices = new ObjectIndex<EndpointSlice>(ENDPOINT_SLICES, (slice) => mirrorKeys(slice));

  constructor(api: KubeApi) {
    this.#api = api;
    this.informers = [this.#slices];
    this.watches = [
      {
        resource: ENDPOINTS,
        keysFor: ({ object, previous }: WatchEvent<Endpoints>) =>
          isMirrored(object) || (previous !== undefined && isMirrored(previous))
            ? [reconcileKey(object)]
            : [],
      },
      { resource: SERVICES, keysFor: ({ object }) => [reconcileKey(object)] },
      {
        resource: ENDPOINT_SLICES,
        keysFor: ({ object }: WatchEvent<EndpointSlice>) => mirrorKeys(object),
      },
    ];
  }

  reconcile(key: ReconcileKey): undefined {
    const endpoints = this.#api.get(ENDPOINTS, objectKey(key));
    const service = this.#api.get(SERVICES, objectKey(key));
    const present = [...this.#slices.of(key)];
    const isWanted =
      endpoints !== undefined &&
      isMirrored(endpoints) &&
      service !== undefined &&
      service.spec.selector === undefined;
    const contents = isWanted ? sliceContents(endpoints) : [];
    for (const content of contents) {
      const match = present.findIndex((slice) => contentKey(slice) === contentKey(content));
      const [slice] = match < 0 ? [] : present.splice(match, 1);
      if (endpoints !== undefined) this.#write(endpoints, slice, content);
    }
    for (const slice of present) this.#delete(slice);
  }

  #write(endpoints: Endpoints, slice: EndpointSlice | undefined, content: SliceContent): void {
    const labels = mirrorLabels(endpoints);
    const annotations = mirrorAnnotations(endpoints);
    if (slice === undefined) {
      if (endpoints.metadata.deletionTimestamp !== undefined) return;
      this.#create(newSlice(endpoints, { labels, annotations }, content));
      return;
    }
    const { metadata } = slice;
    const isSame =
      isEqualJson(metadata.labels ?? {}, labels) &&
      isEqualJson(metadata.annotations ?? {}, annotations) &&
      isEqualJson(slice.endpoints ?? [], content.endpoints);
    if (isSame) return;
    this.#api.update(ENDPOINT_SLICES, {
      ...slice,
      ...content,
      metadata: { ...metadata, labels, annotations },
    });
  }

  #create(slice: EndpointSlice): void {
    try {
      this.#api.create(ENDPOINT_SLICES, slice);
    } catch (error) {
      if (!(error instanceof ApiError) || !isNamespaceTerminating(error)) throw error;
    }
  }

  #delete(slice: EndpointSlice): void {
    if (this.#api.get(ENDPOINT_SLICES, keyOf(slice)) === undefined) return;
    this.#api.delete(ENDPOINT_SLICES, keyOf(slice));
  }
}

function mirrorKeys({ metadata }: EndpointSlice): readonly ReconcileKey[] {
  const { namespace = '', labels = {} } = metadata;
  const name = labels[SERVICE_NAME_LABEL];
  return name === undefined || labels[MANAGED_BY_LABEL] !== MANAGED_BY
    ? []
    : [`${namespace}/${name}`];
}

function isMirrored({ metadata: { labels = {}, annotations = {} } }: Endpoints): boolean {
  return labels[SKIP_LABEL] !== 'true' && annotations[LEADER_ANNOTATION] === undefined;
}

function mirrorLabels({ metadata }: Endpoints): StringMap {
  return {
    ...metadata.labels,
    [SERVICE_NAME_LABEL]: metadata.name,
    [MANAGED_BY_LABEL]: MANAGED_BY,
  };
}

function mirrorAnnotations({ metadata }: Endpoints): StringMap {
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([name]) => !OWN_ANNOTATIONS.has(name)),
  );
}

function newSlice(
  endpoints: Endpoints,
  { labels, annotations }: { readonly labels: StringMap; readonly annotations: StringMap },
  content: SliceContent,
): EndpointSlice {
  const { namespace, name } = endpoints.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [controllerReference(endpoints)],
    },
    ...content,
  };
}

/** One slice for each subset and family of addresses; equal ports go together. */
function sliceContents({ subsets = [] }: Endpoints): readonly SliceContent[] {
  const contents = new Map<string, SliceContent & { readonly endpoints: Endpoint[] }>();
  for (const subset of subsets) {
    const ports = slicePorts(subset);
    const addresses = [
      ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
      ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
    ];
    for (const { address, ready } of addresses.slice(0, MAX_ADDRESSES)) {
      const addressType = isIpv6(address.ip) ? 'IPv6' : 'IPv4';
      const key = contentKey({ addressType, ports });
      const group = contents.get(key) ?? { addressType, ports, endpoints: [] };
      contents.set(key, group);
      group.endpoints.push(endpointOf(address, ready));
    }
  }
  return [...contents.values()];
}

function contentKey({ addressType, ports }: Omit<SliceContent, 'endpoints'>): string {
  const keys = (ports ?? []).map(({ name = '', port, protocol, appProtocol = '' }) =>
    [name, port, protocol, appProtocol].join('/'),
  );
  return `${addressType} ${keys.sort().join(',')}`;
}

function slicePorts({ ports = [] }: EndpointSubset): SliceContent['ports'] {
  return ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
}

function endpointOf(
  { ip, hostname, nodeName, targetRef }: EndpointAddress,
  ready: boolean,
): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined
      ? {}
      : { targetRef: { ...targetRef, kind: targetRef.kind ?? '', name: targetRef.name ?? '' } }),
  };
}
