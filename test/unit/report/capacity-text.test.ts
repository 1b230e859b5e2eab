/** What is said of the capacity of a number of pods. */
import { describe, expect, it } from 'vitest';
import type { CapacityFound } from '../../../src/load/capacity-search.js';
import { answer } from '../../../src/report/capacity-text.js';

const HELD = { ratePerSecond: 38, held: 3, missed: 0 };
const MISSED = { ratePerSecond: 40, held: 0, missed: 1 };

describe('the answer of a capacity search', () => {
  it.each<{ name: string; replicas: number; found: CapacityFound; text: string }>([
    {
      name: 'both ends where they are known',
      replicas: 2,
      found: { kind: 'found', held: HELD, missed: MISSED },
      text: '2 pods hold 38/s (held in 3 of 3 tries); at 40/s the SLO was missed (the one try).',
    },
    {
      name: 'nothing, where it was stopped before a rate was judged',
      replicas: 1,
      found: { kind: 'unfinished', because: 'it was stopped (SIGINT)' },
      text: 'What 1 pod holds is not known: it was stopped (SIGINT).',
    },
    {
      name: 'that what was tried did not hold, where it was stopped after that',
      replicas: 1,
      found: { kind: 'unfinished', missed: MISSED, because: 'it was stopped (SIGINT)' },
      text: '1 pod holds no rate that was tried: it was stopped (SIGINT).',
    },
  ])('tells $name', ({ replicas, found, text }) => {
    expect(answer({ replicas, found })).toBe(text);
  });
});
