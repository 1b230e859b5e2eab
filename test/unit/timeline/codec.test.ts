import { describe, expect, it } from 'vitest';
import { decodeTimeline, encodeRecord, TimelineDecoder } from '../../../src/timeline/codec.js';
import type { HeaderRecord, NoteRecord, TimelineRecord } from '../../../src/timeline/record.js';

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
