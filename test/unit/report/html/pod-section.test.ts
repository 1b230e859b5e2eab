/** The life of a pod in states, one after the other. */
import { describe, expect, it } from 'vitest';
import type { PodHistory } from '../../../../src/analysis/pod-history.js';
import { podHistories } from '../../../../src/analysis/pod-history.js';
import { podParts } from '../../../../src/report/html/pod-section.js';
import { aTimeline } from '../../../support/a-timeline.js';

const AXIS = { fromT: 0, toT: 199_000, originT: 28_500 };

describe('the states of a pod', () => {
  const pods = podHistories(aTimeline({ flaps: [{ pod: 1, unreadyT: 60_000, readyT: 70_000 }] }));

  it('go from created to the end of the observation', () => {
    expect(statesOf(pods[0])).toEqual([
      'pod-pending 160-200',
      'pod-starting 200-1460',
      'pod-warming 1460-7560',
      'pod-ready 7560-199000',
    ]);
  });

  it('show a flap', () => {
    expect(statesOf(pods[1]).slice(3)).toEqual([
      'pod-ready 7565-60000',
      'pod-unready 60000-70000',
      'pod-ready 70000-199000',
    ]);
  });

  it('end with terminating, which is no loss of readiness, until the pod is gone', () => {
    expect(statesOf(pods[3]).slice(-2)).toEqual([
      'pod-ready 89460-172050',
      'pod-terminating 172050-174050',
    ]);
  });

  it('never overlap', () => {
    for (const pod of pods) {
      const parts = podParts(pod, AXIS);
      expect(parts.filter(({ from }, index) => from < (parts[index - 1]?.to ?? 0))).toEqual([]);
    }
  });
});

function statesOf(pod: PodHistory | undefined): readonly string[] {
  return (pod === undefined ? [] : podParts(pod, AXIS)).map(
    ({ kind, from, to }) => `${kind} ${from}-${to}`,
  );
}
