/** `timeline.ndjson`: one JSON record a line, the header first. */
import { LabError } from '../core/errors.js';
import { isRecord } from '../core/json.js';
import {
  TIMELINE_SCHEMA_VERSION,
  type HeaderRecord,
  type Timeline,
  type TimelineRecord,
} from './record.js';

/** A record as a line of the file, with its line end. */
export function encodeRecord(record: TimelineRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** What a file held. */
export interface DecodedTimeline {
  readonly timeline: Timeline;
  /** The last line, when it was cut within a record (the writer died); it is not in the timeline. */
  readonly cutLine?: { readonly line: number; readonly text: string };
}

/**
 * Reads a timeline piece by piece, so that a file need not be in memory at once.
 *
 * Records may stand in any order after the header (a second of load is told late); the timeline has
 * them in order of time, equal times in the file's order.
 */
export class TimelineDecoder {
  readonly #fileName: string;
  readonly #records: TimelineRecord[] = [];
  #header: HeaderRecord | undefined;
  #rest = '';
  #line = 0;

  /** @param fileName - for messages. */
  constructor(fileName: string) {
    this.#fileName = fileName;
  }

  /**
   * Takes the next piece of the file; pieces may end anywhere.
   *
   * @throws {LabError} `RESULT_INVALID` naming the line that is no record, or a newer schema.
   */
  push(chunk: string): void {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      this.#take(this.#rest + chunk.slice(from, end));
      this.#rest = '';
      from = end + 1;
    }
    this.#rest += chunk.slice(from);
  }

  /**
   * The timeline, after the last piece.
   *
   * @throws {LabError} `RESULT_INVALID` when there is no header.
   */
  end(): DecodedTimeline {
    const cutLine = this.#takeRest();
    if (this.#header === undefined) {
      throw new LabError(
        'RESULT_INVALID',
        `${this.#fileName}: expected a header record in line 1, found ${cutLine === undefined ? 'an empty file' : 'a line that was cut'}`,
      );
    }
    const records = this.#records.sort((a, b) => a.t - b.t);
    const timeline = { header: this.#header, records };
    return cutLine === undefined ? { timeline } : { timeline, cutLine };
  }

  /** A last line without a line end is a record if it is whole. */
  #takeRest(): DecodedTimeline['cutLine'] {
    const text = this.#rest;
    this.#rest = '';
    if (text.trim() === '') return undefined;
    if (parseJson(text) === undefined) return { line: this.#line + 1, text };
    this.#take(text);
    return undefined;
  }

  #take(text: string): void {
    this.#line++;
    if (text.trim() === '') return;
    const record = this.#checked(parseJson(text), text);
    if (record.kind !== 'header') {
      if (this.#header === undefined) this.#refuse(`expected a header record first`, text);
      this.#records.push(record);
      return;
    }
    if (this.#header !== undefined) this.#refuse('expected one header record, found another', text);
    if (record.schemaVersion > TIMELINE_SCHEMA_VERSION) {
      throw new LabError(
        'RESULT_INVALID',
        `${this.#fileName}: expected timeline schema ${TIMELINE_SCHEMA_VERSION} or older, found ${record.schemaVersion}`,
        { hint: 'this result was written by a newer hpa-lab; read it with that one' },
      );
    }
    this.#header = record;
  }

  #checked(value: unknown, text: string): TimelineRecord {
    if (value === undefined) return this.#refuse('expected a JSON record', text);
    if (isTimelineRecord(value)) return value;
    return this.#refuse(recordFault(value) ?? 'expected a record', text);
  }

  #refuse(fault: string, text: string): never {
    const excerpt = text.length > 80 ? `${text.slice(0, 80)}...` : text;
    throw new LabError(
      'RESULT_INVALID',
      `${this.#fileName}:${this.#line}: ${fault}, found ${excerpt}`,
    );
  }
}

/** The timeline of a whole file; throws as {@link TimelineDecoder} does. */
export function decodeTimeline(text: string, fileName: string): DecodedTimeline {
  const decoder = new TimelineDecoder(fileName);
  decoder.push(text);
  return decoder.end();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // the caller names the line
    return undefined;
  }
}

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
  harness: { rssBytes: 'number', cpuMs: 'number' },
  note: { text: 'string' },
  end: { outcome: 'string' },
} as const satisfies Record<TimelineRecord['kind'], Readonly<Record<string, FieldType>>>;
const REQUIRED_BY_NAME: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = REQUIRED;

/** What makes a JSON value no record; undefined when it is one. */
function recordFault(value: unknown): string | undefined {
  if (!isRecord(value)) return 'expected a record (a JSON object)';
  if (typeof value['t'] !== 'number') return 'expected a record with a number in "t"';
  const kind = value['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(REQUIRED, kind)) {
    return `expected a record of a known kind (${Object.keys(REQUIRED).join(', ')})`;
  }
  const fields: Readonly<Record<string, FieldType>> = REQUIRED_BY_NAME[kind] ?? {};
  for (const [field, type] of Object.entries(fields)) {
    if (!isOfType(value[field], type)) return `expected a ${kind} record with "${field}" (${type})`;
  }
  return undefined;
}

function isTimelineRecord(value: unknown): value is TimelineRecord {
  return recordFault(value) === undefined;
}

function isOfType(value: unknown, type: FieldType): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'present') return value !== undefined;
  if (type === 'object') return typeof value === 'object' && value !== null;
  return typeof value === type;
}
