/** Reads the one HorizontalPodAutoscaler of a manifest as the API server would take it. */
import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseAllDocuments } from 'yaml';
import { ApiMachinery } from '../control-plane/api-machinery/api-machinery.js';
import { ApiHandler } from '../control-plane/http/api-handler.js';
import type { HorizontalPodAutoscaler } from '../core/autoscaling-objects.js';
import { LabError } from '../core/errors.js';
import { fieldOf, valueAt } from '../core/json.js';
import { isHorizontalPodAutoscaler } from '../core/object-guards.js';
import type { KubeObject } from '../core/objects.js';
import { seededRandom } from '../core/random.js';
import { parseManifests } from '../experiment/manifests.js';
import { VirtualClock } from '../time/virtual-clock.js';

const NAMESPACE = 'default';
const VERSIONS = new Set(['autoscaling/v1', 'autoscaling/v2']);

/**
 * The HPA of a file, `autoscaling/v2` or `v1`, in its `v2` form with the API server's defaults. Fields
 * that it does not know are faults.
 *
 * @throws {LabError} `MANIFEST_INVALID` with every fault, in upstream's words and with its place.
 */
export function readHpa(path: string): HorizontalPodAutoscaler {
  const text = readManifest(path);
  const parsed = parseManifests([{ path, text }]);
  if (parsed.kind === 'faults') throw new LabError('MANIFEST_INVALID', parsed.faults.join('\n'));
  const found = parsed.objects.filter(isHorizontalPodAutoscaler);
  const [hpa] = found;
  if (hpa === undefined || found.length > 1 || !VERSIONS.has(hpa.apiVersion)) {
    const kinds = parsed.objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).join(', ');
    throw new LabError(
      'MANIFEST_INVALID',
      `${path}: expected one HorizontalPodAutoscaler of autoscaling/v2 or v1, got ${kinds === '' ? 'nothing' : kinds}`,
    );
  }
  const taken = takenBy(apiServer(), hpa);
  if (taken.kind === 'taken') return taken.hpa;
  const places = new HpaPlaces(path, text);
  const lines = taken.faults.map(({ field, message }) =>
    field === '' ? `${path}: ${message}` : `${places.of(field)}: ${field}: ${message}`,
  );
  throw new LabError('MANIFEST_INVALID', lines.join('\n'));
}

/** @throws {LabError} `MANIFEST_INVALID` when it cannot be read. */
export function readManifest(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('MANIFEST_INVALID', `cannot read ${path}: ${reason}`, { cause: error });
  }
}

interface Fault {
  /** '' when it is of the whole. */
  readonly field: string;
  readonly message: string;
}

type Send = (method: string, path: string, body?: KubeObject) => unknown;

/** An API of its own, which holds nothing else and is thrown away. */
function apiServer(): Send {
  const clock = new VirtualClock(0);
  const api = new ApiMachinery({ clock, random: seededRandom(1) });
  const handler = new ApiHandler({ api, clock });
  const send: Send = (method, path, body) => {
    const response = handler.handle({
      method,
      path,
      query: new URLSearchParams(method === 'POST' ? { fieldValidation: 'Strict' } : {}),
      accept: undefined,
      contentType: 'application/json',
      body: JSON.stringify(body ?? {}),
      userAgent: 'hpa-lab',
    });
    if (response.kind !== 'plain') return undefined;
    const answer: unknown = JSON.parse(response.body);
    return answer;
  };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  send('POST', '/api/v1/namespaces', namespace);
  return send;
}

function takenBy(
  send: Send,
  hpa: KubeObject,
):
  | { readonly kind: 'taken'; readonly hpa: HorizontalPodAutoscaler }
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] } {
  const { apiVersion, metadata } = hpa;
  const of = (version: string): string =>
    `/apis/${version}/namespaces/${NAMESPACE}/horizontalpodautoscalers`;
  const placed = { ...hpa, metadata: { ...metadata, namespace: NAMESPACE } };
  const answer = send('POST', of(apiVersion), placed);
  if (!isHorizontalPodAutoscaler(answer)) return { kind: 'refused', faults: faultsOf(answer) };
  const stored = send('GET', `${of('autoscaling/v2')}/${metadata.name}`);
  if (!isHorizontalPodAutoscaler(stored)) return { kind: 'refused', faults: faultsOf(stored) };
  return { kind: 'taken', hpa: stored };
}

function faultsOf(status: unknown): readonly Fault[] {
  const causes = valueAt(status, ['details', 'causes']);
  if (Array.isArray(causes) && causes.length > 0) {
    return causes.map((cause) => ({
      field: textOf(cause, 'field'),
      message: textOf(cause, 'message'),
    }));
  }
  const message = textOf(status, 'message');
  const unknown = [...message.matchAll(/(?:unknown|duplicate) field "([^"]+)"/g)];
  if (unknown.length === 0) return [{ field: '', message }];
  return unknown.map(([text, field = '']) => ({ field, message: text }));
}

function textOf(value: unknown, field: string): string {
  const text = fieldOf(value, field);
  return typeof text === 'string' ? text : '';
}

/** Where the fields of a file's HPA stand. */
class HpaPlaces {
  readonly #path: string;
  readonly #lines = new LineCounter();
  readonly #document: ReturnType<typeof hpaDocument>;

  constructor(path: string, text: string) {
    this.#path = path;
    this.#document = hpaDocument(text, this.#lines);
  }

  /** `other.yaml:12:5` of a field such as `spec.metrics[0].type`, else of what holds it. */
  of(field: string): string {
    const steps = [...field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) =>
      index === undefined ? (name ?? '') : Number(index),
    );
    for (let length = steps.length; length >= 0; length--) {
      const node: unknown = this.#document?.getIn(steps.slice(0, length), true);
      if (!isNode(node) || !node.range) continue;
      const { line, col } = this.#lines.linePos(node.range[0]);
      return `${this.#path}:${line}:${col}`;
    }
    return this.#path;
  }
}

function hpaDocument(text: string, lineCounter: LineCounter) {
  const documents = parseAllDocuments(text, { lineCounter });
  if (!Array.isArray(documents)) return undefined;
  return documents.find((document) => document.get('kind') === 'HorizontalPodAutoscaler');
}
