import { describe, expect, it } from 'vitest';
import { decodeTimeline, encodeRecord, TimelineDecoder } from '../../../src/timeline/codec.js';
import type {
  HarnessRecord,
  HeaderRecord,
  NoteRecord,
  TimelineRecord,
} from '../../../src/timeline/record.js';

const HEADER: HeaderRecord = {
  t: 0,
  kind: 'header',
  schemaVersion: 1,
  runId: 'r',
  startedAt: '2026-11-23T00:00:00.000Z',
  experiment: {},
  manifests: [],
  environment: {
    labVersion: '0',
    nodeVersion: '20',
    platform: 'linux',
    cores: 2,
    memoryBytes: 1,
    target: 'embedded',
    clock: 'wall',
    missing: [],
  },
};
const note = (t: number, text: string): NoteRecord => ({ t, kind: 'note', text });
const harness = (t: number): HarnessRecord => ({
  t,
  kind: 'harness',
  rssBytes: 94_371_840,
  cpuMs: t / 8,
});
const file = (...records: readonly TimelineRecord[]): string => records.map(encodeRecord).join('');

describe('a timeline file', () => {
  it('gives back the records that were written, in order of time', () => {
    const records = [note(5, 'b\n"ü"'), note(2, 'a'), note(5, 'c')];

    expect(decodeTimeline(file(HEADER, ...records), 'f').timeline).toEqual({
      header: HEADER,
      records: [records[1], records[0], records[2]],
    });
  });

  it('can come in pieces that end anywhere', () => {
    const decoder = new TimelineDecoder('f');
    for (const character of file(HEADER, note(1, 'a'), note(2, 'b'))) decoder.push(character);

    expect(decoder.end().timeline.records).toEqual([note(1, 'a'), note(2, 'b')]);
  });

  it('that was cut within its last line is read without it, and says so', () => {
    const text = file(HEADER, note(1, 'a'), note(2, 'b')).slice(0, -5);

    const decoded = decodeTimeline(text, 'f');

    expect(decoded.timeline.records).toEqual([note(1, 'a')]);
    expect(decoded.cutLine).toEqual({ line: 3, text: '{"t":2,"kind":"note","text":' });
  });

  it('that lacks only its last line end is whole', () => {
    const decoded = decodeTimeline(file(HEADER, note(1, 'a')).trimEnd(), 'f');

    expect(decoded.timeline.records).toHaveLength(1);
    expect(decoded.cutLine).toBeUndefined();
  });

  it.each([
    ['nothing', '', 'f: expected a header record in line 1, found an empty file'],
    [
      'only half a header',
      '{"t":0,"kind":"hea',
      'f: expected a header record in line 1, found a li',
    ],
    ['no header', file(note(1, 'a')), 'f:1: expected a header record first, found {"t":1'],
    ['two headers', file(HEADER, HEADER), 'f:2: expected one header record, found another'],
    [
      'a broken line within',
      `${file(HEADER)}{"t":\n${file(note(1, 'a'))}`,
      'f:2: expected a JSON record',
    ],
    ['a line that is no object', `${file(HEADER)}7\n`, 'f:2: expected a record (a JSON object)'],
    [
      'a record without a time',
      `${file(HEADER)}{"kind":"note"}\n`,
      'f:2: expected a record with a num',
    ],
    [
      'an unknown kind',
      `${file(HEADER)}{"t":1,"kind":"x"}\n`,
      'f:2: expected a record of a known kind',
    ],
    [
      'a missing field',
      `${file(HEADER)}{"t":1,"kind":"gap"}\n`,
      'f:2: expected a gap record with "source"',
    ],
    [
      'a newer schema',
      file({ ...HEADER, schemaVersion: 2 }),
      'f: expected timeline schema 1 or older',
    ],
  ])('with %s is refused with its place', (_, text, message) => {
    expect(() => decodeTimeline(text, 'f')).toThrowError(
      expect.objectContaining({
        code: 'RESULT_INVALID',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe('a timeline file read without the readings of the harness', () => {
  const text = file(HEADER, harness(1), harness(2.5), note(3, 'a'), harness(4), harness(5));

  it.each([
    ['at once', text.length],
    ['in pieces that end within lines', 50],
    ['a character at a time', 1],
  ])('keeps the other records and the last reading: %s', (_, length) => {
    const decoder = new TimelineDecoder('f', { hasHarness: false });
    for (let at = 0; at < text.length; at += length) decoder.push(text.slice(at, at + length));

    expect(decoder.end().timeline.records).toEqual([note(3, 'a'), harness(5)]);
  });

  it('has all of them where nobody said so', () => {
    expect(decodeTimeline(text, 'f').timeline.records).toHaveLength(5);
  });

  it.each([
    ['a reading without its memory', '{"t":6,"kind":"harness","cpuMs":7}', '"rssBytes" (number)'],
    [
      'a reading with a broken number',
      '{"t":06,"kind":"harness","rssBytes":1,"cpuMs":7}',
      'a JSON',
    ],
    ['a reading that goes on', '{"t":6,"kind":"harness","rssBytes":1,"cpuMs":7}}', 'a JSON record'],
    ['what comes after readings', '{"t":1,"kind":"x"}', 'expected a record of a known kind'],
  ])('names the line of %s', (_, line, message) => {
    const decoder = new TimelineDecoder('f', { hasHarness: false });

    expect(() => decoder.push(`${text}${line}\n`)).toThrowError(
      expect.objectContaining({ message: expect.stringMatching(/^f:7: /) }),
    );
    expect(() => decoder.push(`${line}\n`)).toThrowError(message);
  });

  it('reads readings that are written in another way as well', () => {
    const decoder = new TimelineDecoder('f', { hasHarness: false });
    decoder.push(`${file(HEADER)}{"kind": "harness", "t": 1e3, "rssBytes": 1, "cpuMs": 2}\n`);

    expect(decoder.end().timeline.records).toEqual([
      { t: 1_000, kind: 'harness', rssBytes: 1, cpuMs: 2 },
    ]);
  });

  it('refuses readings before the header', () => {
    const decoder = new TimelineDecoder('f', { hasHarness: false });

    expect(() => decoder.push(file(harness(1), HEADER))).toThrowError('f:1: expected a header');
  });
});
