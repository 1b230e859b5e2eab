/** What makes a line of a timeline no record. */
import { isRecord } from '../core/json.js';
import type { TimelineRecord } from './record.js';

type FieldType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'present';

/** Fields without which a record cannot be read, by kind. */
const REQUIRED = {
  header: {
    schemaVersion: 'number',
    runId: 'string',
    startedAt: 'string',
    experiment: 'present',
    manifests: 'array',
    environment: 'object',
  },
  phase: { phase: 'string' },
  load: { load: 'object' },
  'load-summary': { summary: 'object' },
  workload: { name: 'string', specReplicas: 'number', readyReplicas: 'number' },
  hpa: { name: 'string', minReplicas: 'number', maxReplicas: 'number' },
  pod: {
    change: 'string',
    name: 'string',
    uid: 'string',
    phase: 'string',
    isReady: 'boolean',
    isTerminating: 'boolean',
    restarts: 'number',
    requests: 'object',
    limits: 'object',
    conditions: 'array',
  },
  endpoints: { ready: 'array', notReady: 'array' },
  'pod-metrics': { pods: 'array' },
  cpu: { pods: 'array' },
  event: { object: 'string', reason: 'string', message: 'string', count: 'number' },
  'hpa-decision': { name: 'string', decision: 'present' },
  gap: { source: 'string', fromT: 'number', because: 'string' },
  prometheus: { name: 'string', query: 'string', unit: 'string', series: 'array' },
  harness: { rssBytes: 'number', cpuMs: 'number' },
  note: { text: 'string' },
  end: { outcome: 'string' },
} as const satisfies Record<TimelineRecord['kind'], Readonly<Record<string, FieldType>>>;
/** The same as pairs: made once, not for each of millions of lines. */
const FIELDS_OF: ReadonlyMap<string, readonly (readonly [string, FieldType])[]> = new Map(
  Object.entries(REQUIRED).map(([kind, fields]) => [kind, Object.entries(fields)]),
);

/** What makes a JSON value no record; undefined when it is one. */
export function recordFault(value: unknown): string | undefined {
  if (!isRecord(value)) return 'expected a record (a JSON object)';
  if (typeof value['t'] !== 'number') return 'expected a record with a number in "t"';
  const kind = value['kind'];
  const fields = typeof kind === 'string' ? FIELDS_OF.get(kind) : undefined;
  if (fields === undefined) {
    return `expected a record of a known kind (${Object.keys(REQUIRED).join(', ')})`;
  }
  for (const [field, type] of fields) {
    if (!isOfType(value[field], type)) {
      return `expected a ${String(kind)} record with "${field}" (${type})`;
    }
  }
  return undefined;
}

/** Whether a JSON value is a record. */
export function isTimelineRecord(value: unknown): value is TimelineRecord {
  return recordFault(value) === undefined;
}

function isOfType(value: unknown, type: FieldType): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'present') return value !== undefined;
  if (type === 'object') return typeof value === 'object' && value !== null;
  return typeof value === type;
}
