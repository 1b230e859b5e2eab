/** `timeline.ndjson`: one JSON record a line, the header first. */
import { LabError } from '../core/errors.js';
import {
  TIMELINE_SCHEMA_VERSION,
  type HeaderRecord,
  type Timeline,
  type TimelineRecord,
} from './record.js';
import { isTimelineRecord, recordFault } from './record-fault.js';

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

/** What of a file is wanted. */
export interface DecodeOptions {
  /**
   * False leaves out what the harness used itself: most records of a long run may be of it, and no
   * measure is made of them. They are held to the same rules, and the last one stays: a run that was cut
   * short lasted until then. Absent: true.
   */
  readonly hasHarness?: boolean;
}

const NUMBER = String.raw`(?:0|[1-9]\d*)(?:\.\d+)?`;
/**
 * A reading of the harness just as it is written, with its line end. What looks otherwise is decoded as
 * any other line is.
 */
const HARNESS_LINE_PATTERN = `\\{"t":${NUMBER},"kind":"harness","rssBytes":${NUMBER},"cpuMs":${NUMBER}\\}\n`;

/**
 * Reads a timeline piece by piece, so that a file need not be in memory at once.
 *
 * Records may stand in any order after the header (a second of load is told late); the timeline has
 * them in order of time, equal times in the file's order.
 */
export class TimelineDecoder {
  readonly #fileName: string;
  readonly #hasHarness: boolean;
  readonly #harnessLine = new RegExp(HARNESS_LINE_PATTERN, 'y');
  readonly #records: TimelineRecord[] = [];
  #header: HeaderRecord | undefined;
  /** The line of the last one that was left out. */
  #lastHarness: string | undefined;
  #rest = '';
  #line = 0;

  /** @param fileName - for messages. */
  constructor(fileName: string, { hasHarness = true }: DecodeOptions = {}) {
    this.#fileName = fileName;
    this.#hasHarness = hasHarness;
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
      from =
        !this.#hasHarness && this.#header !== undefined
          ? this.#passHarness(chunk, end + 1)
          : end + 1;
    }
    this.#rest += chunk.slice(from);
  }

  /** Passes over readings of the harness that begin at a place, without making records; gives their end. */
  #passHarness(chunk: string, from: number): number {
    let lastFrom = from;
    let end = from;
    this.#harnessLine.lastIndex = from;
    while (this.#harnessLine.test(chunk)) {
      this.#line++;
      lastFrom = end;
      end = this.#harnessLine.lastIndex;
    }
    if (end > from) this.#lastHarness = chunk.slice(lastFrom, end);
    return end;
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
    if (this.#lastHarness !== undefined) this.#records.push(this.#decode(this.#lastHarness));
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
    const record = this.#decode(text);
    if (record.kind !== 'header') {
      if (this.#header === undefined) this.#refuse(`expected a header record first`, text);
      if (record.kind === 'harness' && !this.#hasHarness) this.#lastHarness = text;
      else this.#records.push(record);
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

  #decode(text: string): TimelineRecord {
    const value = parseJson(text);
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
