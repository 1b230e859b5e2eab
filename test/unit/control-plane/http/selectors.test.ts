import { describe, expect, it } from 'vitest';
import { duplicateFields } from '../../../../src/control-plane/http/duplicate-fields.js';
import { parseLabelSelector } from '../../../../src/control-plane/http/label-selector.js';
import { parseResourcePath } from '../../../../src/control-plane/http/resource-path.js';

describe('parseLabelSelector', () => {
  const labels = { app: 'web', tier: 'front', empty: '' };
  const cases = [
    { selector: '', holds: true },
    { selector: 'app=web', holds: true },
    { selector: 'app==api', holds: false },
    { selector: 'app!=api', holds: true },
    { selector: 'none!=x', holds: true },
    { selector: 'app', holds: true },
    { selector: '!none', holds: true },
    { selector: '!app', holds: false },
    { selector: 'app in (web, api),tier notin (back)', holds: true },
    { selector: 'none notin (x)', holds: true },
    { selector: 'none in (x)', holds: false },
    { selector: 'empty=', holds: true },
    { selector: 'app = web , tier = back', holds: false },
  ];
  it.each(cases)('"$selector" gives $holds', ({ selector, holds }) => {
    expect(parseLabelSelector(selector)(labels)).toBe(holds);
  });

  it.each(['a=b=c', 'a in b', 'a in (b', ',', 'a,', '=x', 'a!', '((('])(
    'refuses "%s" with 400',
    (selector) => {
      expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ code: 400 }));
    },
  );
});

describe('parseResourcePath', () => {
  const cases = [
    {
      path: '/api/v1/pods',
      names: { group: '', plural: 'pods', namespace: undefined, name: undefined },
    },
    { path: '/api/v1/namespaces', names: { plural: 'namespaces', name: undefined } },
    {
      path: '/api/v1/namespaces/a',
      names: { plural: 'namespaces', name: 'a', namespace: undefined },
    },
    {
      path: '/api/v1/namespaces/a/finalize',
      names: { plural: 'namespaces', name: 'a', subresource: 'finalize' },
    },
    {
      path: '/api/v1/namespaces/a/pods',
      names: { plural: 'pods', namespace: 'a', name: undefined },
    },
    {
      path: '/api/v1/namespaces/a/pods/b/log',
      names: { plural: 'pods', namespace: 'a', name: 'b', subresource: 'log' },
    },
    {
      path: '/apis/apps/v1/namespaces/a/deployments/b',
      names: { group: 'apps', version: 'v1', plural: 'deployments', name: 'b' },
    },
  ];
  it.each(cases)('$path', ({ path, names }) => {
    expect(parseResourcePath(path)).toMatchObject(names);
  });

  it.each(['/', '/api', '/api/v1', '/apis/apps/v1', '/version', '/x/y/z'])(
    '%s names no resource',
    (path) => {
      expect(parseResourcePath(path)).toBeUndefined();
    },
  );
});

describe('duplicateFields', () => {
  it('finds repeated keys with their paths, and no others', () => {
    const source =
      '{"a":1,"b":{"c":[{"d":1,"d":2},{"d":3}],"c":0},"text":"{\\"a\\":1}","a":[",","{"]}';

    expect(duplicateFields(source)).toEqual(['b.c[0].d', 'b.c', 'a']);
  });
});
