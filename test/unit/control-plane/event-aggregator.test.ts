import { describe, expect, it } from 'vitest';
import { EventAggregator } from '../../../src/control-plane/event-aggregator.js';
import type { ObservedEvent } from '../../../src/control-plane/event-aggregator.js';

const regarding = {
  kind: 'ReplicaSet',
  namespace: 'ns',
  name: 'web',
  uid: 'u',
  apiVersion: 'apps/v1',
};

function report(
  aggregator: EventAggregator,
  message: string,
  nowMs: number,
): Exclude<ObservedEvent, { kind: 'dropped' }> | undefined {
  const type = 'Normal';
  const observed = aggregator.observe({ regarding, type, reason: 'Created', message }, nowMs);
  if (observed.kind === 'dropped') return undefined;
  if (observed.kind === 'new') observed.named(`event-${message}`);
  return observed;
}

describe('EventAggregator', () => {
  it('counts equal events up under the name of the first', () => {
    const aggregator = new EventAggregator();

    report(aggregator, 'a', 0);
    const second = report(aggregator, 'a', 1_000);

    expect(second).toMatchObject({ kind: 'repeated', name: 'event-a', count: 2, message: 'a' });
  });

  it('combines from the tenth different message of a reason on', () => {
    const aggregator = new EventAggregator();

    const observed = Array.from({ length: 12 }, (_, index) =>
      report(aggregator, `${index}`, index),
    );

    expect(observed.map((event) => event?.kind)).toEqual([
      ...Array.from({ length: 10 }, () => 'new'),
      'repeated',
      'repeated',
    ]);
    expect(observed[8]?.message).toBe('8');
    expect(observed[9]?.message).toBe('(combined from similar events): 9');
    expect(observed[11]).toMatchObject({
      message: '(combined from similar events): 11',
      count: 3,
    });
  });

  it('starts over when ten minutes passed since the last similar event', () => {
    const aggregator = new EventAggregator();
    for (let index = 0; index < 9; index++) report(aggregator, `${index}`, 0);

    const next = report(aggregator, 'late', 600_001);

    expect(next?.message).toBe('late');
  });

  it('drops the twenty-sixth write of one object and allows one more each five minutes', () => {
    const aggregator = new EventAggregator();
    for (let index = 0; index < 25; index++) report(aggregator, 'a', 0);

    expect(report(aggregator, 'a', 1_000)).toBeUndefined();
    expect(report(aggregator, 'a', 300_001)).toMatchObject({ count: 27 });
    expect(report(aggregator, 'a', 300_002)).toBeUndefined();
  });
});
