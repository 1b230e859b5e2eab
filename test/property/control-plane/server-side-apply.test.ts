/** Laws of server-side apply. */
import {
  array,
  assert,
  boolean,
  constantFrom,
  dictionary,
  integer,
  option,
  property,
  record,
  uniqueArray,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  difference,
  intersection,
  pathsOf,
  setOf,
  union,
} from '../../../src/control-plane/managed-fields/field-set.js';
import type { FieldPath } from '../../../src/control-plane/managed-fields/field-set.js';
import { InProcessApi } from '../../support/in-process-api.js';
import type { ReceivedAnswer } from '../../support/in-process-api.js';

const MAP = '/api/v1/namespaces/default/configmaps/a';
const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/web';

const keys = constantFrom('a', 'b', 'c', 'd', 'e', 'f', '__proto__', 'constructor');
const values = constantFrom('1', '2', '<&>', '');
const data = dictionary(keys, values);
const finalizers = uniqueArray(constantFrom('x.example/1', 'x.example/2', 'x.example/3'));
const mapConfigs = record({ data, labels: data, finalizers });

const containers = uniqueArray(
  record({
    name: constantFrom('one', 'two', 'three'),
    image: constantFrom('app:1', 'app:2'),
    args: option(array(values, { maxLength: 2 }), { nil: undefined }),
    ports: option(
      uniqueArray(record({ containerPort: integer({ min: 80, max: 83 }) }), {
        selector: ({ containerPort }) => containerPort,
      }),
      { nil: undefined },
    ),
    env: option(
      uniqueArray(record({ name: constantFrom('A', 'B', 'C'), value: values }), {
        selector: ({ name }) => name,
      }),
      { nil: undefined },
    ),
  }),
  { selector: ({ name }) => name, minLength: 1 },
);

interface MapConfig {
  readonly data: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
}

/** A ConfigMap; labels are made valid, and what is empty is not named: to name it is to own it. */
function configMap({ data: held, labels, finalizers: names }: MapConfig): object {
  const valid = Object.keys(labels).map((key) => [key.replaceAll('_', 'x'), 'set'] as const);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'a',
      ...(valid.length === 0 ? {} : { labels: Object.fromEntries(valid) }),
      ...(names.length === 0 ? {} : { finalizers: names }),
    },
    ...(Object.keys(held).length === 0 ? {} : { data: held }),
  };
}

function deployment(list: readonly object[]): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: list } },
    },
  };
}

function apply(
  api: InProcessApi,
  path: string,
  { manager, body }: { readonly manager: string; readonly body: object },
): ReceivedAnswer {
  return api.send('PATCH', path, {
    body,
    contentType: 'application/apply-patch+yaml',
    query: `fieldManager=${manager}`,
  });
}

/** The object without its version and owners. */
function content({ body }: ReceivedAnswer): unknown {
  const {
    resourceVersion: _version,
    generation: _generation,
    managedFields: _owners,
    ...metadata
  } = body.metadata;
  return { ...body, metadata };
}

describe('server-side apply', () => {
  it('is idempotent: the second time nothing changes, no version and no time', () => {
    assert(
      property(mapConfigs, containers, (config, list) => {
        const api = new InProcessApi();
        const map = { manager: 'one', body: configMap(config) };
        const web = { manager: 'one', body: deployment(list) };
        const first = [apply(api, MAP, map), apply(api, DEPLOYMENT, web)];
        api.clock.advance(5_000);

        const second = [apply(api, MAP, map), apply(api, DEPLOYMENT, web)];

        expect(second.map(({ body }) => body)).toEqual(first.map(({ body }) => body));
        expect(first.map(({ status }) => status)).toEqual([201, 201]);
      }),
    );
  });

  it('never has a conflict between appliers that name different things', () => {
    assert(
      property(data, finalizers, array(boolean(), { maxLength: 8 }), (all, held, sides) => {
        const api = new InProcessApi();
        const side = (index: number): boolean => sides[index] ?? false;
        const half = (isLeft: boolean): MapConfig => ({
          data: Object.fromEntries(
            Object.entries(all).filter((_entry, index) => side(index) === isLeft),
          ),
          labels: {},
          finalizers: held.filter((_name, index) => side(index) === isLeft),
        });
        apply(api, MAP, { manager: 'left', body: configMap(half(true)) });

        const { status, body } = apply(api, MAP, {
          manager: 'right',
          body: configMap(half(false)),
        });

        expect(status).toBe(200);
        expect(body.data ?? {}).toEqual({ ...all });
        expect(new Set(body.metadata.finalizers)).toEqual(new Set(held));
      }),
    );
  });

  it('leaves the object as it was before when an applier stops naming its fields', () => {
    assert(
      property(mapConfigs, mapConfigs, (base, extra) => {
        const api = new InProcessApi();
        const before = apply(api, MAP, { manager: 'base', body: configMap(base) });
        const own = {
          data: Object.fromEntries(
            Object.entries(extra.data).filter(([key]) => !Object.hasOwn(base.data, key)),
          ),
          labels: {},
          finalizers: extra.finalizers.filter((name) => !base.finalizers.includes(name)),
        };
        const body = configMap(own);
        expect(apply(api, MAP, { manager: 'extra', body }).status).toBe(200);

        const nothing = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
        const after = apply(api, MAP, { manager: 'extra', body: nothing });

        expect(content(after)).toEqual(content(before));
        expect(after.body.metadata.managedFields).toEqual(before.body.metadata.managedFields);
      }),
    );
  });

  it('takes a container away with everything in it when its applier drops it', () => {
    assert(
      property(containers, containers, (first, second) => {
        const api = new InProcessApi();
        apply(api, DEPLOYMENT, { manager: 'one', body: deployment(first) });

        const answer = apply(api, DEPLOYMENT, { manager: 'one', body: deployment(second) });

        const alone = apply(new InProcessApi(), DEPLOYMENT, {
          manager: 'one',
          body: deployment(second),
        });
        expect(answer.body.spec).toEqual(alone.body.spec);
      }),
    );
  });
});

describe('sets of fields', () => {
  const elements = constantFrom('f:a', 'f:b', 'k:{"n":1}', 'v:"x"');
  const paths = array(array(elements, { minLength: 1, maxLength: 3 }), { maxLength: 8 });

  it('do as sets of paths do', () => {
    assert(
      property(paths, paths, (one, two) => {
        const [a, b] = [setOf(...one), setOf(...two)];
        const [left, right] = [new Set(one.map(text)), new Set(two.map(text))];

        expect(members(union(a, b))).toEqual(new Set([...left, ...right]));
        expect(members(intersection(a, b))).toEqual(
          new Set([...left].filter((path) => right.has(path))),
        );
        expect(members(difference(a, b))).toEqual(
          new Set([...left].filter((path) => !right.has(path))),
        );
      }),
    );
  });
});

function text(path: FieldPath): string {
  return path.join('/');
}

function members(set: Parameters<typeof pathsOf>[0]): ReadonlySet<string> {
  return new Set(pathsOf(set).map(text));
}
