import { describe, expect, it } from 'vitest';
import { backOffNote } from '../../../../src/cluster/embedded/back-off-note.js';

describe('the note on CrashLoopBackOff', () => {
  it.each([
    { name: 'nothing where it is not set', crashLoopBackOff: undefined, notes: [] },
    {
      name: "nothing where upstream's is set",
      crashLoopBackOff: { initialMs: 10_000, maximumMs: 300_000 },
      notes: [],
    },
    {
      name: 'both where it is shorter',
      crashLoopBackOff: { initialMs: 500, maximumMs: 2_000 },
      notes: [
        'the experiment has crashing containers wait 500ms doubling to 2s (CrashLoopBackOff); a real node: 10s doubling to 5m0s',
      ],
    },
  ])('says $name', ({ crashLoopBackOff, notes }) => {
    expect(backOffNote(crashLoopBackOff === undefined ? {} : { crashLoopBackOff })).toEqual(notes);
  });
});
