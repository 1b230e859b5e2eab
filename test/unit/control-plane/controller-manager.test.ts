import { describe, expect, it } from 'vitest';
import { ControllerManager } from '../../../src/control-plane/controller-manager.js';
import type { ReconcileFailure } from '../../../src/control-plane/controller-manager.js';
import type { Controller, ReconcileResult } from '../../../src/control-plane/controller.js';
import { reconcileKey } from '../../../src/control-plane/object-keys.js';
import { CONFIG_MAPS } from '../../../src/control-plane/resources.js';
import { ApiMachinery } from '../../../src/control-plane/api-machinery/api-machinery.js';
import { NAMESPACES } from '../../../src/control-plane/resources.js';
import { seededRandom } from '../../../src/core/random.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';

interface Call {
  readonly key: string;
  readonly atMs: number;
}

/** A controller of config maps that records its calls; `answer` says what each comes to. */
function recording(
  calls: Call[],
  answer: (key: string, call: number) => ReconcileResult | undefined = () => undefined,
): Controller {
  return {
    name: 'recording',
    watches: [{ resource: CONFIG_MAPS, keysFor: ({ object }) => [reconcileKey(object)] }],
    reconcile(key, nowMs) {
      calls.push({ key, atMs: nowMs });
      return answer(key, calls.length);
    },
  };
}

function setUp(): {
  clock: VirtualClock;
  api: ApiMachinery;
  put: (name: string, value?: string) => void;
} {
  const clock = new VirtualClock(0);
  const api = new ApiMachinery({ clock, random: seededRandom(1) });
  api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  return {
    clock,
    api,
    put(name, value = '') {
      const metadata = { name, namespace: 'ns', annotations: { value } };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
      if (api.get(CONFIG_MAPS, { namespace: 'ns', name }) === undefined) {
        api.create(CONFIG_MAPS, object);
      } else api.update(CONFIG_MAPS, object);
    },
  };
}

describe('ControllerManager', () => {
  it('calls once for a key however often it changed, in order of the first change', () => {
    const { clock, api, put } = setUp();
    const calls: Call[] = [];
    put('there');
    const manager = new ControllerManager({ api, clock, controllers: [recording(calls)] });

    manager.start();
    put('b');
    put('a');
    put('b', 'again');
    expect(calls).toEqual([]);
    clock.advance(0);

    expect(calls.map(({ key }) => key)).toEqual(['ns/there', 'ns/b', 'ns/a']);
    expect(manager.isIdle).toBe(true);
  });

  it('calls again for a change that the call itself makes', () => {
    const { clock, api, put } = setUp();
    const calls: Call[] = [];
    const controller = recording(calls, (_key, call) => {
      if (call === 1) put('a', 'written by the controller');
      return undefined;
    });
    new ControllerManager({ api, clock, controllers: [controller] }).start();

    put('a');
    clock.advance(0);

    expect(calls).toHaveLength(2);
  });

  it('calls again when asked to, and the latest answer counts', () => {
    const { clock, api, put } = setUp();
    const calls: Call[] = [];
    const controller = recording(calls, (_key, call) =>
      call === 1 ? { requeueAfterMs: 1_000 } : call === 2 ? { requeueAfterMs: 5_000 } : undefined,
    );
    new ControllerManager({ api, clock, controllers: [controller] }).start();

    put('a');
    clock.advance(400);
    put('a', 'changed');
    clock.advance(20_000);

    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 400, 5_400]);
  });

  it('retries what fails after 5, 10, 20 ms and so on up to 1,000 s, and starts over after a success', () => {
    const { clock, api, put } = setUp();
    const calls: Call[] = [];
    const failures: ReconcileFailure[] = [];
    const controller = recording(calls, (_key, call) => {
      if (call !== 4) throw new Error(`call ${call}`);
      return undefined;
    });
    new ControllerManager({
      api,
      clock,
      controllers: [controller],
      onError: (failure) => failures.push(failure),
    }).start();

    put('a');
    clock.advance(100);
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 5, 15, 35]);
    put('a', 'changed');
    clock.advance(3_000_000);

    const gaps = calls.slice(5).map(({ atMs }, index) => atMs - (calls[index + 4]?.atMs ?? 0));
    expect(gaps.slice(0, 3)).toEqual([5, 10, 20]);
    expect(gaps.at(-1)).toBe(1_000_000);
    expect(failures[2]).toMatchObject({ controller: 'recording', key: 'ns/a', failures: 3 });
  });

  it('lets other keys and other controllers go on while one fails', () => {
    const { clock, api, put } = setUp();
    const [first, second]: [Call[], Call[]] = [[], []];
    const failing = recording(first, (key) => {
      if (key === 'ns/bad') throw new Error('always');
      return undefined;
    });
    const controllers = [failing, { ...recording(second), name: 'other' }];
    new ControllerManager({ api, clock, controllers }).start();

    put('bad');
    put('good');
    clock.advance(0);

    expect(first.map(({ key }) => key)).toEqual(['ns/bad', 'ns/good']);
    expect(second.map(({ key }) => key)).toEqual(['ns/bad', 'ns/good']);
  });

  it('reports a fault in saying what a change concerns and spares the writer', () => {
    const { clock, api, put } = setUp();
    const failures: ReconcileFailure[] = [];
    const controller: Controller = {
      name: 'faulty',
      watches: [
        {
          resource: CONFIG_MAPS,
          keysFor() {
            throw new Error('no keys');
          },
        },
      ],
      reconcile: () => undefined,
    };
    const onError = (failure: ReconcileFailure): void => void failures.push(failure);
    new ControllerManager({ api, clock, controllers: [controller], onError }).start();

    expect(() => put('a')).not.toThrow();

    expect(failures).toMatchObject([{ controller: 'faulty', error: new Error('no keys') }]);
  });

  it('keeps the pace it is given: reaction before a call, time for each', () => {
    const { clock, api, put } = setUp();
    const calls: Call[] = [];
    const pace = { recording: { reactionMs: 10, callMs: 30 } };
    new ControllerManager({ api, clock, controllers: [recording(calls)], pace }).start();

    put('a');
    clock.advance(5);
    put('a', 'seen by the same reaction');
    put('b');
    clock.advance(1_000);

    expect(calls).toEqual([
      { key: 'ns/a', atMs: 10 },
      { key: 'ns/b', atMs: 40 },
    ]);
  });

  it('calls nothing any more once stopped, and begins anew when started again', () => {
    const { clock, api, put } = setUp();
    const calls: Call[] = [];
    const controller = recording(calls, () => ({ requeueAfterMs: 10 }));
    const manager = new ControllerManager({ api, clock, controllers: [controller] });
    manager.start();
    put('a');
    clock.advance(0);

    put('b');
    manager.stop();
    manager.stop();
    clock.advance(1_000);
    expect(calls).toHaveLength(1);
    manager.start();
    clock.advance(0);

    expect(calls.slice(1).map(({ key }) => key)).toEqual(['ns/a', 'ns/b']);
  });
});
