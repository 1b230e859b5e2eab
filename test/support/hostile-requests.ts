/** Requests to an API server that no client sends: recorded ones, changed at random places, from a seed. */
import { readFileSync } from 'node:fs';
import { parseScenario, type VectorStep } from '../../src/conformance/api/scenario.js';
import type { ApiRequest } from '../../src/control-plane/http/messages.js';
import { isRecord } from '../../src/core/json.js';
import type { Random } from '../../src/core/random.js';
import { readVectors } from './vector-file.js';

/** What a request is made from. */
interface Seed {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly body: unknown;
  readonly bytes: Uint8Array | undefined;
}

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const MEDIA_TYPES = [
  ...PATCH_TYPES,
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
  'text/plain',
  'application/json; charset=utf-16',
  'application/json;;;=',
  '',
  ',',
  ';q=x',
];
const ACCEPTS = [
  ...MEDIA_TYPES,
  '*/*',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/json;as=Table;v=v9;g=x,application/json;q=-1',
];
const SELECTORS = [
  'a in (',
  'a in (b,,c)',
  'a notin',
  '!',
  '!!a',
  'a==b==c',
  'a=b,',
  'a>b',
  '=',
  ',,,',
  '('.repeat(5_000),
  'a in (' + 'b,'.repeat(20_000),
  'metadata.name=x,metadata.name=y',
  'metadata.name!=',
  'status.phase',
  'spec.nodeName=\u0000',
];
const QUERY_NAMES = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'force',
  'propagationPolicy',
  'gracePeriodSeconds',
  'orphanDependents',
  'pretty',
  'timeoutSeconds',
  'tailLines',
  'sinceTime',
  'container',
];
const QUERY_VALUES = [
  ...SELECTORS,
  '',
  '-1',
  '0',
  '9999999999999999999999',
  '1e9',
  'true',
  'All',
  'Strict',
  'Foreground',
  'NaN',
  'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0Ijoi',
  '\u0000',
  '%',
  'x'.repeat(10_000),
];
const PATH_PARTS = [
  '..',
  '.',
  '',
  '%2e%2e',
  '%',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '\u0000',
  '/etc/passwd',
  'x'.repeat(5_000),
  'status',
  'scale',
  'log',
  'exec',
  'eviction',
  'proxy',
  'namespaces',
];
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  -0,
  1e308,
  2 ** 53,
  '',
  ' ',
  '0',
  '-1',
  '1e999999',
  '1'.repeat(4_000),
  '\u0000',
  '\uD800',
  '../../etc/passwd',
  '$(reboot)',
  '__proto__',
  'x'.repeat(100_000),
  [],
  {},
  [null],
  [[]],
  [{}],
  { constructor: null },
  { matchLabels: { '': '' } },
  { matchExpressions: [{ key: 'a', operator: 'In' }] },
  { '': null },
  '2026-13-45T99:99:99Z',
  '99999999999999999999Ei',
];
const DEPTH = 20_000;
/** Texts that parsers choke on. */
const BODIES: readonly string[] = [
  '',
  '\uFEFF{}',
  'null',
  '[]',
  '""',
  '{',
  '{"a":1,}',
  '{"kind":"Pod","kind":"Node"}',
  '['.repeat(DEPTH),
  '['.repeat(DEPTH) + ']'.repeat(DEPTH),
  '{"a":'.repeat(DEPTH) + '1' + '}'.repeat(DEPTH),
  '{"metadata":{"name":"x","labels":' + '{"a":'.repeat(2_000) + '1' + '}'.repeat(2_002),
  '- '.repeat(DEPTH),
  '? '.repeat(2_000),
  '{a: '.repeat(2_000),
  'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n',
  'a: &a\n  b: *a\n',
  '!!js/function "function(){}"',
  '%YAML 9.9\n---\n{}',
  '---\n{}\n---\n{}\n',
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  '\u0000\u0001\u0002',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big"},"data":{"k":"' +
    'x'.repeat(3 * 1024 * 1024) +
    '"}}',
];

/** Makes requests without end. */
export class HostileRequests {
  readonly #random: Random;
  readonly #seeds: readonly Seed[];

  constructor(random: Random) {
    this.#random = random;
    this.#seeds = [...recorded(), ...protobufs()];
  }

  /** The next request; one in four is as recorded, so that there is something to hit. */
  next(): ApiRequest {
    const seed = this.#pick(this.#seeds);
    const changes = this.#random.below(4);
    let request: ApiRequest = {
      method: seed.method,
      path: seed.path,
      query: new URLSearchParams(seed.query),
      accept: seed.accept,
      contentType: seed.contentType,
      body: seed.body === undefined ? '' : JSON.stringify(seed.body),
      ...(seed.bytes === undefined ? {} : { bytes: seed.bytes }),
      userAgent: 'hostile',
    };
    for (let change = 0; change < changes; change++) request = this.#changed(request, seed);
    return request;
  }

  #changed(request: ApiRequest, seed: Seed): ApiRequest {
    const { bytes } = request;
    if (bytes !== undefined && this.#random.below(3) > 0) {
      return { ...request, bytes: this.#changedBytes(bytes) };
    }
    switch (this.#random.below(10)) {
      case 0:
        return { ...request, path: this.#changedPath(request.path) };
      case 1:
        return { ...request, query: this.#changedQuery(request.query) };
      case 2:
        return { ...request, contentType: this.#pick(MEDIA_TYPES) };
      case 3:
        return { ...request, accept: this.#pick(ACCEPTS) };
      case 4:
        return {
          ...request,
          method: this.#pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', '', 'X']),
        };
      case 5:
        return { ...request, body: this.#pick(BODIES) };
      case 6:
        return { ...request, body: this.#changedText(request.body) };
      default:
        return this.#withChangedBody(request, seed);
    }
  }

  #withChangedBody(request: ApiRequest, { body }: Seed): ApiRequest {
    if (!isRecord(body)) return { ...request, body: this.#pick(BODIES) };
    let value: unknown = body;
    for (let change = 0; change <= this.#random.below(3); change++)
      value = this.#changedValue(value);
    return { ...request, body: JSON.stringify(value) };
  }

  /** Something at a random depth is replaced, taken out, renamed or repeated. */
  #changedValue(value: unknown): unknown {
    if (!isRecord(value) || this.#random.below(6) === 0) return this.#pick(VALUES);
    if (Array.isArray(value)) {
      if (value.length === 0) return [this.#pick(VALUES)];
      const index = this.#random.below(value.length);
      const item: unknown = value[index];
      if (this.#random.below(8) === 0) return Array.from({ length: 300 }, () => item);
      return value.with(index, this.#changedValue(item));
    }
    const keys = Object.keys(value);
    if (keys.length === 0) return { [this.#pick(PATH_PARTS)]: this.#pick(VALUES) };
    const key = this.#pick(keys);
    const { [key]: inner, ...rest } = value;
    const what = this.#random.below(8);
    if (what === 0) return rest;
    if (what === 1) return { ...rest, [this.#pick([...PATH_PARTS, `${key}s`])]: inner };
    return { ...value, [key]: this.#changedValue(inner) };
  }

  #changedText(text: string): string {
    const at = this.#random.below(text.length + 1);
    const what = this.#random.below(3);
    if (what === 0) return text.slice(0, at);
    const inserted = this.#pick(['"', '{', '}', '[', ']', ',', ':', '\\', '\u0000', '\uDC00', '1']);
    return text.slice(0, at) + inserted + text.slice(what === 1 ? at : at + 1);
  }

  #changedBytes(bytes: Uint8Array): Uint8Array {
    const changed = Uint8Array.from(bytes);
    if (this.#random.below(4) === 0) return changed.slice(0, this.#random.below(changed.length));
    for (let count = 0; count <= this.#random.below(4); count++) {
      changed[this.#random.below(changed.length)] = this.#random.below(256);
    }
    return changed;
  }

  #changedPath(path: string): string {
    const parts = path.split('/');
    const at = this.#random.below(parts.length + 1);
    const what = this.#random.below(3);
    if (what === 0) return parts.toSpliced(at, 1).join('/');
    return parts.toSpliced(at, what === 1 ? 0 : 1, this.#pick(PATH_PARTS)).join('/');
  }

  #changedQuery(query: URLSearchParams): URLSearchParams {
    const changed = new URLSearchParams(query);
    changed.append(this.#pick(QUERY_NAMES), this.#pick(QUERY_VALUES));
    return changed;
  }

  #pick<T>(from: readonly T[]): T {
    const [picked] = from.slice(this.#random.below(from.length));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one of the list, which may hold undefined
    return picked as T;
  }
}

function recorded(): readonly Seed[] {
  const scenarios = readVectors('api-v1.36.jsonl.gz', parseScenario);
  const steps = (all: readonly VectorStep[]): readonly VectorStep[] =>
    all.flatMap((step) => [step, ...steps(step.during ?? [])]);
  return scenarios.flatMap((scenario) => steps(scenario.steps)).map(seedOf);
}

function seedOf({ request }: VectorStep): Seed {
  const { method, headers = {} } = request;
  const [path = '', query = ''] = filled(request.path).split('?');
  const text = request.body === undefined ? undefined : filled(JSON.stringify(request.body));
  return {
    method,
    path,
    query,
    contentType: headers['Content-Type'],
    accept: headers['Accept'],
    body: text === undefined ? request.text : JSON.parse(text),
    bytes: undefined,
  };
}

function filled(text: string): string {
  return text.replaceAll(/\{\{ns[^}]*\}\}/g, 'default').replaceAll(/\{\{[^}]*\}\}/g, '1');
}

function protobufs(): readonly Seed[] {
  const file = new URL('../vectors/kubectl-protobuf.json', import.meta.url);
  const {
    bodies,
  }: { readonly bodies: readonly { readonly path: string; readonly bytes: string }[] } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  // as often as they would otherwise be drowned by the others
  const each = bodies.map(({ path, bytes }) => ({
    method: 'POST',
    path,
    query: '',
    contentType: 'application/vnd.kubernetes.protobuf',
    accept: 'application/json',
    body: undefined,
    bytes: Uint8Array.from(Buffer.from(bytes, 'base64')),
  }));
  return Array.from({ length: 10 }, () => each).flat();
}
