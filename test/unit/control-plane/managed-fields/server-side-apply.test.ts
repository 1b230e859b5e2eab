/** Server-side apply through the API, case by case. */
import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';
import type { ReceivedAnswer } from '../../../support/in-process-api.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const HPAS = 'namespaces/default/horizontalpodautoscalers';

interface Apply {
  readonly path: string;
  readonly manager: string;
  readonly body: unknown;
  readonly query?: string;
}

function apply(api: InProcessApi, { path, manager, body, query = '' }: Apply): ReceivedAnswer {
  return api.send('PATCH', path, {
    body,
    contentType: 'application/apply-patch+yaml',
    query: `fieldManager=${manager}${query}`,
  });
}

function configMap(data: unknown, metadata: object = {}): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata }, data };
}

function applyMap(api: InProcessApi, manager: string, data: unknown): ReceivedAnswer {
  return apply(api, { path: `${MAPS}/a`, manager, body: configMap(data) });
}

function named(...names: readonly string[]): unknown {
  return deployment(names.map((name) => ({ name, image: `${name}:1` })));
}

/** `manager/operation/subresource` of each entry, in order. */
function owners({ body }: ReceivedAnswer): readonly string[] {
  const entries: readonly Record<string, string>[] = body.metadata.managedFields ?? [];
  return entries.map(
    ({ manager, operation, subresource }) =>
      `${manager ?? ''} ${operation ?? ''}${subresource === undefined ? '' : ` ${subresource}`}`,
  );
}

function deployment(containers: readonly object[], replicas?: number): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
    },
  };
}

const APP = { name: 'app', image: 'app:1', ports: [{ containerPort: 80 }] };

describe('server-side apply', () => {
  it('shares a field that two appliers give the same value; it goes when the last one drops it', () => {
    const api = new InProcessApi();
    applyMap(api, 'one', { a: '1', b: '1' });
    applyMap(api, 'two', { a: '1' });

    expect(applyMap(api, 'one', { b: '1' }).body.data).toEqual({ a: '1', b: '1' });
    expect(applyMap(api, 'two', {}).body.data).toEqual({ b: '1' });
  });

  it('leaves a dropped field that an updater changed to the updater', () => {
    const api = new InProcessApi();
    applyMap(api, 'one', { a: '1', b: '1' });
    api.send('PATCH', `${MAPS}/a`, {
      body: { data: { a: '2' } },
      contentType: 'application/merge-patch+json',
      query: 'fieldManager=user',
    });

    const answer = applyMap(api, 'one', { b: '1' });

    expect(answer.body.data).toEqual({ a: '2', b: '1' });
    expect(owners(answer)).toEqual(['one Apply', 'user Update']);
  });

  it('tells ports apart by port and protocol, with TCP where none is named', () => {
    const api = new InProcessApi();
    const path = `${DEPLOYMENTS}/web`;
    apply(api, { path, manager: 'one', body: deployment([APP]) });
    const udp = { name: 'app', ports: [{ containerPort: 80, protocol: 'UDP', name: 'dns' }] };
    const sparse = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [udp] } } },
    };

    const { status, body } = apply(api, { path, manager: 'two', body: sparse });

    expect(status).toBe(200);
    expect(body.spec.template.spec.containers[0].ports).toEqual([
      { containerPort: 80, protocol: 'TCP' },
      { name: 'dns', containerPort: 80, protocol: 'UDP' },
    ]);
  });

  it('owns a selector, a node selector and a command as a whole', () => {
    const api = new InProcessApi();
    const body = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { selector: { app: 'web', tier: 'a' }, ports: [{ port: 80 }] },
    };
    const path = '/api/v1/namespaces/default/services/s';

    const made = apply(api, { path, manager: 'one', body });

    expect(made.body.metadata.managedFields[0].fieldsV1).toEqual({
      'f:spec': {
        'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
        'f:selector': {},
      },
    });
    const other = { ...body, spec: { selector: { app: 'other' } } };
    expect(apply(api, { path, manager: 'two', body: other }).body.details.causes).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.selector' },
    ]);
  });

  it('keeps the order of a list as its applier last gave it, others in their places', () => {
    const api = new InProcessApi();
    const path = `${DEPLOYMENTS}/web`;
    apply(api, { path, manager: 'one', body: named('a', 'b', 'c') });

    const answer = apply(api, { path, manager: 'one', body: named('c', 'a', 'b') });

    const containers: readonly { name: string }[] = answer.body.spec.template.spec.containers;
    expect(containers.map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  });

  it('does not move a time, a version or anything else when nothing changes', () => {
    const api = new InProcessApi();
    const first = applyMap(api, 'one', { a: '1' });
    api.clock.advance(60_000);

    expect(applyMap(api, 'one', { a: '1' }).body).toEqual(first.body);
  });

  it('moves the time of whoever changed something, and of nobody else', () => {
    const api = new InProcessApi();
    applyMap(api, 'one', { a: '1' });
    api.clock.advance(60_000);

    const { body } = applyMap(api, 'two', { b: '1' });

    const times = body.metadata.managedFields.map((entry: { time: string }) => entry.time);
    expect(times).toEqual(['2026-11-23T06:00:00Z', '2026-11-23T06:01:00Z']);
  });

  it('knows what was there before anybody applied when owners had been forgotten', () => {
    const api = new InProcessApi();
    api.send('POST', MAPS, { body: configMap({ a: '1', b: '1' }), query: 'fieldManager=maker' });
    api.send('PATCH', `${MAPS}/a`, {
      body: { metadata: { managedFields: [{}] } },
      contentType: 'application/merge-patch+json',
    });

    const conflict = applyMap(api, 'one', { a: '2' });

    expect(conflict.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    );
    expect(
      owners(
        apply(api, {
          path: `${MAPS}/a`,
          manager: 'one',
          body: configMap({ a: '2' }),
          query: '&force=true',
        }),
      ),
    ).toEqual(['one Apply', 'before-first-apply Update']);
  });

  it('sees owners in another version of the kind', () => {
    const api = new InProcessApi();
    const spec = {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 5,
    };
    const of = (version: string, maxReplicas: number): unknown => ({
      apiVersion: `autoscaling/${version}`,
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: { ...spec, maxReplicas },
    });
    apply(api, { path: `/apis/autoscaling/v1/${HPAS}/h`, manager: 'one', body: of('v1', 5) });

    const path = `/apis/autoscaling/v2/${HPAS}/h`;
    const answer = apply(api, { path, manager: 'two', body: of('v2', 6) });

    expect(answer.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "one": .spec.maxReplicas',
    );
  });

  it.each([
    { name: 'a stale version', metadata: { resourceVersion: '1' }, status: 409 },
    { name: 'another uid', metadata: { uid: 'other' }, status: 422 },
    { name: 'another namespace', metadata: { namespace: 'other' }, status: 400 },
  ])('refuses $name', ({ metadata, status }) => {
    const api = new InProcessApi();
    applyMap(api, 'one', { a: '1' });

    const body = configMap({ a: '2' }, metadata);

    expect(apply(api, { path: `${MAPS}/a`, manager: 'one', body }).status).toBe(status);
  });

  it('refuses to make one certain object that is not there', () => {
    const api = new InProcessApi();

    const body = configMap({ a: '2' }, { uid: 'u1' });

    expect(apply(api, { path: `${MAPS}/a`, manager: 'one', body }).body.message).toContain(
      'uid mismatch: the provided object specified uid u1, and no existing object was found',
    );
    const status = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
    expect(
      apply(api, { path: `${DEPLOYMENTS}/web/status`, manager: 'one', body: status }).status,
    ).toBe(404);
  });

  it.each([
    [{ spec: { replicas: '3' } }, '.spec.replicas: expected numeric (int or float), got string'],
    [{ spec: { paused: 'x' } }, '.spec.paused: expected boolean, got &{x}'],
    [{ spec: { template: 'x' } }, '.spec.template: expected map, got &{x}'],
    [
      { spec: { template: { spec: { containers: { a: 1 } } } } },
      '.spec.template.spec.containers: expected list, got &{map[a:1]}',
    ],
    [
      { metadata: { name: 'web', labels: { a: [1, 'b'] } } },
      '.metadata.labels.a: expected string, got &value.valueUnstructured{Value:[]interface {}{1, "b"}}',
    ],
    [
      { spec: { template: { spec: { containers: [null] } } } },
      '.spec.template.spec.containers: element 0: associative list with keys may not have a null element',
    ],
    [
      { spec: { template: { spec: { containers: [APP, APP] } } } },
      '.spec.template.spec.containers: duplicate entries for key [name="app"]',
    ],
  ])("says in upstream's words what does not fit: %j", (part, fault) => {
    const api = new InProcessApi();
    const base = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };

    const answer = apply(api, {
      path: `${DEPLOYMENTS}/web`,
      manager: 'one',
      body: { ...base, ...part },
    });

    expect(answer.status).toBe(500);
    expect(answer.body.message).toBe(
      `failed to create typed patch object (/web; apps/v1, Kind=Deployment): ${fault}`,
    );
  });
});

describe('owners of updates', () => {
  it.each([
    { name: 'what the query names', query: 'fieldManager=me', manager: 'me' },
    { name: 'what the client is', query: '', manager: 'test' },
  ])('are $name', ({ query, manager }) => {
    const api = new InProcessApi();

    expect(owners(api.send('POST', MAPS, { body: configMap({ a: '1' }), query }))).toEqual([
      `${manager} Update`,
    ]);
  });

  it('keep at most ten entries; the oldest become one', () => {
    const api = new InProcessApi();
    api.send('POST', MAPS, { body: configMap({ a: '1' }) });
    let last: ReceivedAnswer | undefined;
    for (let index = 0; index < 12; index++) {
      api.clock.advance(1_000);
      last = api.send('PATCH', `${MAPS}/a`, {
        body: { data: { [`k${index}`]: '1' } },
        contentType: 'application/merge-patch+json',
        query: `fieldManager=m${index}`,
      });
    }

    const found = last === undefined ? [] : owners(last);
    expect(found).toHaveLength(10);
    expect(found[0]).toBe('ancient-changes Update');
  });

  it('are what the request says when it says it well, else what they were', () => {
    const api = new InProcessApi();
    const { body } = api.send('POST', MAPS, { body: configMap({ a: '1' }) });
    const put = (managedFields: unknown): ReceivedAnswer =>
      api.send('PUT', `${MAPS}/a`, {
        body: { ...body, metadata: { ...body.metadata, resourceVersion: '', managedFields } },
      });
    const entry = {
      manager: 'given',
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:a': {} } },
    };

    expect(owners(put([{ ...entry, operation: 'Delete' }]))).toEqual(['test Update']);
    expect(owners(put([{ ...entry, fieldsV1: { bad: {} } }]))).toEqual(['test Update']);
    expect(owners(put([entry]))).toEqual(['given Apply']);
    const tooLong = put([{ ...entry, manager: 'm'.repeat(129) }]);
    expect(tooLong.status).toBe(422);
    expect(tooLong.body.details.causes[0].field).toBe('metadata.managedFields[0].manager');
  });

  it('lose a field that is removed, whoever removes it', () => {
    const api = new InProcessApi();
    applyMap(api, 'one', { a: '1', b: '1' });

    const answer = api.send('PATCH', `${MAPS}/a`, {
      body: { data: { a: null } },
      contentType: 'application/merge-patch+json',
    });

    expect(answer.body.metadata.managedFields).toHaveLength(1);
    expect(answer.body.metadata.managedFields[0].fieldsV1).toEqual({ 'f:data': { 'f:b': {} } });
  });

  it('go through the scale without a time, and the count leaves its former owner', () => {
    const api = new InProcessApi();
    apply(api, { path: `${DEPLOYMENTS}/web`, manager: 'one', body: deployment([APP], 1) });
    api.send('PATCH', `${DEPLOYMENTS}/web/scale`, {
      body: { spec: { replicas: 3 } },
      contentType: 'application/merge-patch+json',
      query: 'fieldManager=scaler',
    });

    const { body } = api.send('GET', `${DEPLOYMENTS}/web`);
    const [one, scaler] = body.metadata.managedFields;
    expect(one.fieldsV1['f:spec']['f:replicas']).toBeUndefined();
    expect(scaler).toEqual({
      manager: 'scaler',
      operation: 'Update',
      apiVersion: 'apps/v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      subresource: 'scale',
    });
  });

  it.each([
    [
      'fieldManager=a%00b',
      'fieldManager: Invalid value: "a\\u0000b": invalid character U+0000 (at position 1)',
    ],
    ['fieldManager=ok&force=true', 'force: Forbidden: may not be specified for non-apply patch'],
  ])('are refused with %s', (query, fault) => {
    const api = new InProcessApi();
    applyMap(api, 'one', { a: '1' });

    const { status, body } = api.send('PATCH', `${MAPS}/a`, {
      body: {},
      contentType: 'application/merge-patch+json',
      query,
    });

    expect(status).toBe(422);
    expect(body.message).toBe(`PatchOptions.meta.k8s.io "" is invalid: ${fault}`);
  });
});
