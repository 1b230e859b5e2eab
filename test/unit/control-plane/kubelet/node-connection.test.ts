import { describe, expect, it } from 'vitest';
import { NodeConnection } from '../../../../src/control-plane/kubelet/node-connection.js';
import { CONFIG_MAPS } from '../../../../src/control-plane/resources.js';
import type { ConfigMap } from '../../../../src/core/objects.js';
import { InProcessApi } from '../../../support/in-process-api.js';

const MAP: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default' },
  data: { x: '1' },
};
const KEY = { namespace: 'default', name: 'a' };

describe('a connection that is cut', () => {
  it('lets no write pass and gives back what was to be written', () => {
    const { api } = new InProcessApi();
    const connection = new NodeConnection(api);
    connection.cut();

    expect(connection.create(CONFIG_MAPS, MAP)).toBe(MAP);
    expect(api.get(CONFIG_MAPS, KEY)).toBeUndefined();
    expect(() => connection.delete(CONFIG_MAPS, KEY)).toThrow('not found');
  });

  it('keeps changes and deletions to itself', () => {
    const { api } = new InProcessApi();
    const connection = new NodeConnection(api);
    const stored = connection.create(CONFIG_MAPS, MAP);
    connection.cut();

    connection.update(CONFIG_MAPS, { ...stored, data: { x: '2' } });
    connection.delete(CONFIG_MAPS, KEY);

    expect(api.get(CONFIG_MAPS, KEY)?.data).toEqual({ x: '1' });
  });

  it('hears nothing until it is mended, and is told then', () => {
    const { api } = new InProcessApi();
    const connection = new NodeConnection(api);
    const heard: string[] = [];
    connection.watch(CONFIG_MAPS, ({ type }) => heard.push(type));
    const cancel = connection.onMended(() => heard.push('mended'));
    connection.cut();
    const stored = api.create(CONFIG_MAPS, MAP);
    connection.mend();
    connection.mend();
    cancel();
    connection.cut();
    connection.mend();
    api.update(CONFIG_MAPS, { ...stored, data: { x: '2' } });

    expect(heard).toEqual(['mended', 'MODIFIED']);
  });
});
