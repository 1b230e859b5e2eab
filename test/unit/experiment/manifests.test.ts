/** Manifest files as objects. */
import { describe, expect, it } from 'vitest';
import { parseManifests } from '../../../src/experiment/manifests.js';

/** `Kind name` of each object, or the faults. */
function read(text: string): readonly string[] {
  const parsed = parseManifests([{ path: 'm.yaml', text }]);
  return parsed.kind === 'faults'
    ? parsed.faults
    : parsed.objects.map(
        ({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`,
      );
}

const A = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }';
const B = '{ apiVersion: apps/v1, kind: Deployment, metadata: { name: b } }';

describe('parseManifests', () => {
  const lists = [
    {
      name: 'a List is its items, in their order',
      text: `apiVersion: v1\nkind: List\nmetadata: { resourceVersion: "" }\nitems:\n- ${A}\n- ${B}\n`,
      is: ['v1 ConfigMap a', 'apps/v1 Deployment b'],
    },
    { name: 'an empty List is nothing', text: 'apiVersion: v1\nkind: List\nitems: []\n', is: [] },
    {
      name: 'items of a ConfigMapList need not say what they are',
      text: 'apiVersion: v1\nkind: ConfigMapList\nitems: [{ metadata: { name: a } }]\n',
      is: ['v1 ConfigMap a'],
    },
    {
      name: 'a List may hold a List',
      text: `apiVersion: v1\nkind: List\nitems: [{ apiVersion: v1, kind: List, items: [${A}] }, ${B}]\n`,
      is: ['v1 ConfigMap a', 'apps/v1 Deployment b'],
    },
    {
      name: 'a List is one document among others',
      text: `${B}\n---\napiVersion: v1\nkind: List\nitems: [${A}]\n`,
      is: ['apps/v1 Deployment b', 'v1 ConfigMap a'],
    },
    {
      name: 'an item that is no object is told with its own place',
      text: `apiVersion: v1\nkind: List\nitems:\n- ${A}\n- { kind: Service, metadata: {} }\n`,
      is: ['m.yaml:5:3: expected a Kubernetes object, but apiVersion, metadata.name is missing'],
    },
    {
      name: 'an object whose kind only ends like a list is no list',
      text: 'apiVersion: v1\nkind: ShoppingList\nmetadata: { name: x }\n',
      is: ['v1 ShoppingList x'],
    },
  ];
  it.each(lists)('$name', ({ text, is }) => {
    expect(read(text)).toEqual(is);
  });
});
