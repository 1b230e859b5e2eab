import { beforeEach, describe, expect, it } from 'vitest';
import { NodeReach } from '../../../../src/cluster/embedded/node-reach.js';
import { ApiError } from '../../../../src/control-plane/api-error.js';
import { PODS } from '../../../../src/control-plane/resources.js';
import type { Pod } from '../../../../src/core/objects.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';
import { MemoryKubeApi } from '../../../support/memory-kube-api.js';

const LOG = { lines: [], isEnded: false, follow: () => () => undefined };

const isReachable = (name: string): boolean => name !== 'lost';

let api: MemoryKubeApi;
let reach: NodeReach;

beforeEach(() => {
  api = new MemoryKubeApi(new VirtualClock(Date.UTC(2026, 10, 23)));
  reach = new NodeReach({ api, isReachable, address: '127.0.0.1' });
});

function aPod(name: string, nodeName: string): Pod {
  return api.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'shop', name, uid: name },
    spec: { nodeName, containers: [{ name: 'app', image: 'app:1' }] },
  });
}

function refusal(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error instanceof ApiError ? error.status : error;
  }
}

describe('a node that cannot be reached', () => {
  it('refuses connections to its pods', () => {
    expect(refusal(() => reach.requirePod(aPod('web', 'lost')))).toMatchObject({
      code: 500,
      message: 'error dialing backend: dial tcp 127.0.0.1:10250: connect: no route to host',
    });
    expect(refusal(() => reach.requirePod(aPod('other', 'home')))).toBeUndefined();
  });

  it('keeps the logs of its pods to itself', () => {
    const logs = reach.logsThrough({ get: () => LOG });
    aPod('web', 'lost');
    aPod('other', 'home');

    expect(refusal(() => logs.get({ podUid: 'web', container: 'app' }))).toMatchObject({
      code: 500,
      message:
        'Get "https://127.0.0.1:10250/containerLogs/shop/web/app": dial tcp 127.0.0.1:10250: connect: no route to host',
    });
    expect(logs.get({ podUid: 'other', container: 'app' })).toBe(LOG);
    expect(logs.get({ podUid: 'gone', container: 'app' })).toBe(LOG);
  });
});
