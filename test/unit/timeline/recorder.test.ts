import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/time/virtual-clock.js';
import type { TimelineRecord } from '../../../src/timeline/record.js';
import { Recorder } from '../../../src/timeline/recorder.js';

it('A recorder stamps records with the time since the run began, unless they bring their own', () => {
  const records: TimelineRecord[] = [];
  const clock = new VirtualClock(1_000_000);
  const recorder = new Recorder({
    clock,
    startMs: 1_000_000,
    sink: (record) => records.push(record),
  });

  clock.advance(1_500.12345);
  recorder.record({ kind: 'note', text: 'now' });
  recorder.record({ kind: 'note', text: 'earlier' }, 250);

  expect(records).toEqual([
    { t: 1_500.123, kind: 'note', text: 'now' },
    { t: 250, kind: 'note', text: 'earlier' },
  ]);
});
