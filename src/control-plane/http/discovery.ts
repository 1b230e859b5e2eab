/** Discovery: which groups, versions and resources there are. */
import type { Kind } from '../kinds/kind.js';
import type { KindRegistry } from '../kinds/registry.js';
import { COMPONENT_STATUSES } from './component-statuses.js';
import { notAcceptable, mediaRanges } from './representation.js';
import { METRICS_GROUP } from './metrics-handler.js';
import {
  CUSTOM_METRICS,
  EXTERNAL_METRICS,
  isNamedMetrics,
  namedMetricsList,
} from './named-metrics-handler.js';
import type { NamedMetrics } from '../metrics/named-metrics.js';
import { json, jsonText } from './messages.js';
import type { PlainResponse } from './messages.js';
import { REVIEWS } from './reviews.js';
import { STORAGE_VERSION_HASHES } from './storage-version-hashes.js';

const ALL_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const NAMESPACE_VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const PART_VERBS = ['get', 'patch', 'update'];

/** A resource that is no kind of the store: it is only posted or only read. */
interface ExtraResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
}

/** Resources beside those of the store. */
export interface DiscoveryOptions {
  readonly kinds: KindRegistry;
  readonly hasMetrics: boolean;
  /** Absent: there are no custom and external metrics. */
  readonly named?: NamedMetrics;
}

/** A subresource as discovery lists it. */
interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

interface ResourceEntry {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly Subresource[];
}

interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ResourceEntry[];
}

/** Answers `/api`, `/apis` and what is below them; undefined for any other path. */
export class Discovery {
  readonly #versions: readonly GroupVersion[];
  readonly #named: NamedMetrics | undefined;

  constructor({ kinds, hasMetrics, named }: DiscoveryOptions) {
    const extras = [COMPONENTS, ...POSTED, ...(hasMetrics ? METRICS : [])];
    this.#named = named;
    this.#versions = [
      ...groupVersions(kinds.all, extras),
      ...(named === undefined ? [] : NAMED_METRICS),
    ];
  }

  /** Whether a group version is offered: an unknown resource in it is a 404 of its own form. */
  has(group: string, version: string): boolean {
    return this.#find(group, version) !== undefined;
  }

  /** Paths of all groups and versions. */
  get paths(): readonly string[] {
    const groups = this.#groups().map(({ name }) => `/apis/${name}`);
    const versions = this.#versions
      .filter(({ group }) => group !== '')
      .map(({ group, version }) => `/apis/${group}/${version}`);
    return ['/api', '/api/v1', '/apis', ...groups, ...versions].sort();
  }

  /** @throws {ApiError} 406 when only a form is wanted that is not offered. */
  answer(path: string, accept: string | undefined): PlainResponse | undefined {
    const parts = path.split('/').filter((part) => part !== '');
    const [root, first, second] = parts;
    if (root === 'api' && parts.length === 1) return this.#coreVersions(accept);
    if (root === 'apis' && parts.length === 1) return this.#groupList(accept);
    if (root === 'api' && parts.length === 2 && first !== undefined) {
      return resourceList(this.#find('', first));
    }
    if (root !== 'apis' || first === undefined) return undefined;
    if (parts.length === 3 && second !== undefined) return this.#resources(first, second);
    if (parts.length !== 2) return undefined;
    const group = this.#groups().find(({ name }) => name === first);
    return group === undefined
      ? undefined
      : json(200, { kind: 'APIGroup', apiVersion: 'v1', ...group });
  }

  #resources(group: string, version: string): PlainResponse | undefined {
    return this.#named !== undefined && isNamedMetrics({ group, version })
      ? namedMetricsList(this.#named, { group, version })
      : resourceList(this.#find(group, version));
  }

  #find(group: string, version: string): GroupVersion | undefined {
    return this.#versions.find((one) => one.group === group && one.version === version);
  }

  #coreVersions(accept: string | undefined): PlainResponse {
    if (isAggregated(accept)) {
      return aggregated(this.#versions.filter(({ group }) => group === ''));
    }
    return json(200, {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
    });
  }

  #groupList(accept: string | undefined): PlainResponse {
    if (isAggregated(accept)) {
      return aggregated(this.#versions.filter(({ group }) => group !== ''));
    }
    return json(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: this.#groups() });
  }

  #groups(): readonly { readonly name: string; readonly versions: readonly unknown[] }[] {
    const names = new Set(this.#versions.map(({ group }) => group).filter((name) => name !== ''));
    return [...names].map((name) => {
      const versions = this.#versions
        .filter(({ group }) => group === name)
        .map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
      return { name, versions, preferredVersion: versions[0] };
    });
  }
}

const POSTED: readonly ExtraResource[] = REVIEWS.map(
  ({ group, version, plural, kind, namespaced }) => ({
    group,
    version,
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced,
    verbs: ['create'],
  }),
);

const COMPONENTS: ExtraResource = {
  ...COMPONENT_STATUSES,
  singular: 'componentstatus',
  verbs: ['get', 'list'],
  shortNames: ['cs'],
};

const METRICS: readonly ExtraResource[] = [
  {
    ...METRICS_GROUP,
    plural: 'nodes',
    singular: '',
    kind: 'NodeMetrics',
    namespaced: false,
    verbs: ['get', 'list'],
  },
  {
    ...METRICS_GROUP,
    plural: 'pods',
    singular: '',
    kind: 'PodMetrics',
    namespaced: true,
    verbs: ['get', 'list'],
  },
];

/** Their resources are what pods tell, and change as they do. */
const NAMED_METRICS: readonly GroupVersion[] = [CUSTOM_METRICS, EXTERNAL_METRICS].flatMap(
  ({ group, versions }) => versions.map((version) => ({ group, version, resources: [] })),
);

function groupVersions(
  kinds: readonly Kind[],
  extras: readonly ExtraResource[],
): readonly GroupVersion[] {
  const entries = new Map<string, { group: string; version: string; resources: ResourceEntry[] }>();
  const add = (group: string, version: string, entry: ResourceEntry): void => {
    const key = `${group}/${version}`;
    const present = entries.get(key) ?? { group, version, resources: [] };
    present.resources.push(entry);
    entries.set(key, present);
  };
  for (const kind of kinds) add(kind.resource.group, kind.resource.version, kindEntry(kind));
  for (const { group, version, ...extra } of extras) {
    add(group, version, { shortNames: [], ...extra, categories: [], subresources: [] });
  }
  return [...entries.values()]
    .map(({ group, version, resources }) => ({
      group,
      version,
      resources: resources.sort((a, b) => (a.plural < b.plural ? -1 : 1)),
    }))
    .sort((a, b) => priority(a.group) - priority(b.group));
}

/**
 * Groups in upstream's order: clients look for a short name in the first ones first.
 *
 * @see Source: kubernetes `pkg/controlplane/apiserver/aggregator.go`, `DefaultGenericAPIServicePriorities`.
 */
const GROUP_ORDER: readonly string[] = [
  '',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
];

function priority(group: string): number {
  const place = GROUP_ORDER.indexOf(group);
  return place < 0 ? GROUP_ORDER.length : place;
}

function kindEntry(kind: Kind): ResourceEntry {
  const { plural, namespaced } = kind.resource;
  return {
    plural,
    singular: kind.singular,
    kind: kind.resource.kind,
    namespaced,
    verbs: plural === 'namespaces' ? NAMESPACE_VERBS : ALL_VERBS,
    shortNames: kind.shortNames,
    categories: kind.categories,
    subresources: subresourcesOf(kind),
  };
}

/** What the subresources that connect with a container have in common. */
const CONNECTION = { group: '', version: 'v1', verbs: ['create', 'get'] } as const;

function subresourcesOf(kind: Kind): readonly Subresource[] {
  const { group, version, kind: name, plural } = kind.resource;
  const own = { group, version, kind: name };
  const found: Subresource[] = [];
  if (kind.hasStatus) found.push({ ...own, name: 'status', verbs: PART_VERBS });
  if (kind.hasScale === true) {
    found.push({
      name: 'scale',
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: PART_VERBS,
    });
  }
  if (plural === 'namespaces') found.push({ ...own, name: 'finalize', verbs: ['update'] });
  if (plural === 'pods') {
    found.push(
      { name: 'binding', group: '', version: 'v1', kind: 'Binding', verbs: ['create'] },
      { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
      { ...own, name: 'log', verbs: ['get'] },
      { name: 'attach', kind: 'PodAttachOptions', ...CONNECTION },
      { name: 'exec', kind: 'PodExecOptions', ...CONNECTION },
      { name: 'portforward', kind: 'PodPortForwardOptions', ...CONNECTION },
    );
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resourceList(version: GroupVersion | undefined): PlainResponse | undefined {
  if (version === undefined) return undefined;
  const { group, resources } = version;
  const listed: unknown[] = [];
  for (const entry of resources) {
    listed.push(listedResource(group, entry));
    for (const part of entry.subresources) listed.push(listedPart(version, entry, part));
  }
  return json(200, {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version.version : `${group}/${version.version}`,
    resources: listed,
  });
}

function listedResource(group: string, entry: ResourceEntry): unknown {
  const name = group === '' ? entry.plural : `${entry.plural}.${group}`;
  const storageVersionHash = STORAGE_VERSION_HASHES[name];
  return {
    name: entry.plural,
    singularName: entry.singular,
    namespaced: entry.namespaced,
    kind: entry.kind,
    verbs: entry.verbs,
    ...(entry.shortNames.length === 0 ? {} : { shortNames: entry.shortNames }),
    ...(entry.categories.length === 0 ? {} : { categories: entry.categories }),
    ...(storageVersionHash === undefined ? {} : { storageVersionHash }),
  };
}

function listedPart(own: GroupVersion, entry: ResourceEntry, part: Subresource): unknown {
  const isOwn = part.group === own.group && part.version === own.version;
  return {
    name: `${entry.plural}/${part.name}`,
    singularName: '',
    namespaced: entry.namespaced,
    ...(isOwn ? {} : { group: part.group, version: part.version }),
    kind: part.kind,
    verbs: part.verbs,
  };
}

/** Whether the aggregated form is wanted first. */
function isAggregated(accept: string | undefined): boolean {
  for (const { type, parameters } of mediaRanges(accept)) {
    if (!['application/json', '*/*', 'application/*'].includes(type)) continue;
    const as = parameters.get('as');
    if (as === undefined) return false;
    if (as === 'APIGroupDiscoveryList' && parameters.get('v') === 'v2') return true;
  }
  throw notAcceptable();
}

function aggregated(versions: readonly GroupVersion[]): PlainResponse {
  const groups = [...new Set(versions.map(({ group }) => group))];
  const body = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((name) => ({
      metadata: name === '' ? {} : { name },
      versions: versions
        .filter(({ group }) => group === name)
        .map(({ group, version, resources }) => ({
          version,
          resources: resources.map((entry) => aggregatedEntry({ group, version }, entry)),
          freshness: 'Current',
        })),
    })),
  };
  return {
    ...jsonText(200, JSON.stringify(body)),
    contentType: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  };
}

/** As upstream, a kind of the group version itself does not repeat it. */
function aggregatedEntry(
  own: { readonly group: string; readonly version: string },
  entry: ResourceEntry,
): unknown {
  const { subresources, shortNames, categories } = entry;
  return {
    resource: entry.plural,
    responseKind: { group: '', version: '', kind: entry.kind },
    scope: entry.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: entry.singular,
    verbs: entry.verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0
      ? {}
      : {
          subresources: subresources.map(({ name, group, version, kind, verbs }) => ({
            subresource: name,
            responseKind:
              group === own.group && version === own.version
                ? { group: '', version: '', kind }
                : { group, version, kind },
            verbs,
          })),
        }),
  };
}
