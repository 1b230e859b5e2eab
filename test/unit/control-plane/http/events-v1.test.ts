/** Events of `events.k8s.io/v1`: the core group's under other names, more strictly checked. */
import { beforeEach, describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';

const V1 = '/apis/events.k8s.io/v1/namespaces/default/events';
const CORE = '/api/v1/namespaces/default/events';

let lab: InProcessApi;

beforeEach(() => {
  lab = new InProcessApi();
});

/** A complete event of the newer style, with other fields put in. */
function event(fields: object = {}): object {
  return {
    metadata: { name: 'a' },
    eventTime: '2026-11-23T06:00:00.123456Z',
    regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
    reason: 'Scheduled',
    note: 'done',
    type: 'Normal',
    action: 'Binding',
    reportingController: 'example.org/scheduler',
    reportingInstance: 'scheduler-1',
    ...fields,
  };
}

describe('events.k8s.io/v1', () => {
  it('finds events by its own names of fields, and lists and deletes those of the core group', () => {
    lab.send('POST', V1, { body: event() });
    const query = 'fieldSelector=regarding.name=p,reportingController=example.org/scheduler';

    const found = lab.send('GET', V1, { query });
    expect(found.body).toMatchObject({ kind: 'EventList', apiVersion: 'events.k8s.io/v1' });
    expect(found.body.items.map(({ note }: { note: string }) => note)).toEqual(['done']);
    expect(lab.send('GET', V1, { query: 'fieldSelector=involvedObject.name=p' }).status).toBe(400);
    expect(lab.send('DELETE', `${V1}/a`).status).toBe(200);
    expect(lab.send('GET', `${CORE}/a`).status).toBe(404);
  });

  const refused = [
    { name: 'no time', body: event({ eventTime: null }), fields: ['eventTime'] },
    { name: 'a time of the older style', body: event({ deprecatedCount: 2 }), fields: ['count'] },
    { name: 'another type', body: event({ type: 'Odd' }), fields: ['type'] },
    {
      name: 'a series of one',
      body: event({ series: { count: 1, lastObservedTime: '2026-11-23T06:00:00.000000Z' } }),
      fields: ['series.count'],
    },
    {
      name: 'nobody who reports',
      body: event({ reportingController: '', reportingInstance: '' }),
      fields: [
        'reportingController',
        'reportingController',
        'reportingController',
        'reportingInstance',
      ],
    },
    { name: 'a long note', body: event({ note: 'x'.repeat(1_025) }), fields: ['message'] },
  ];
  it.each(refused)('refuses an event with $name', ({ body, fields }) => {
    const answer = lab.send('POST', V1, { body });

    expect(answer.status).toBe(422);
    expect(answer.body.details.causes.map(({ field }: { field: string }) => field)).toEqual(fields);
  });

  it('lets only the series change, which the core group does not mind', () => {
    lab.send('POST', V1, { body: event() });
    const patch = (path: string, body: object) =>
      lab.send('PATCH', path, { contentType: 'application/merge-patch+json', body }).status;
    const series = { count: 2, lastObservedTime: '2026-11-23T06:00:01.000000Z' };

    expect(patch(`${V1}/a`, { note: 'changed' })).toBe(422);
    expect(patch(`${V1}/a`, { series })).toBe(200);
    expect(patch(`${CORE}/a`, { message: 'changed' })).toBe(200);
  });
});
