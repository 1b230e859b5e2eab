import { beforeEach, describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../../src/control-plane/api-machinery/api-machinery.js';
import { ApiHandler } from '../../../../src/control-plane/http/api-handler.js';
import { CONFIG_MAPS, NAMESPACES } from '../../../../src/control-plane/resources.js';
import { ObjectStore } from '../../../../src/control-plane/store/object-store.js';
import { seededRandom } from '../../../../src/core/random.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';

const NS = 'lab';

describe('a watch', () => {
  let clock: VirtualClock;
  let api: ApiMachinery;
  let handler: ApiHandler;

  beforeEach(() => {
    clock = new VirtualClock(Date.parse('2026-11-23T06:00:00Z'));
    const store = new ObjectStore({ historyLimit: 4 });
    api = new ApiMachinery({ clock, random: seededRandom(1), store });
    handler = new ApiHandler({ api, clock });
    api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } });
  });

  function createMap(name: string): void {
    api.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: NS },
    });
  }

  /** Opens a watch whose reader takes `room` pieces before it is too slow. */
  function open(query: string, room = Number.POSITIVE_INFINITY) {
    const lines: {
      type: string;
      object: { metadata: { name?: string; resourceVersion?: string } };
    }[] = [];
    const state = { isEnded: false };
    const answer = handler.handle({
      method: 'GET',
      path: `/api/v1/namespaces/${NS}/configmaps`,
      query: new URLSearchParams(`watch=true&${query}`),
      accept: undefined,
      contentType: undefined,
      body: '',
      userAgent: undefined,
    });
    if (answer.kind !== 'stream') throw new Error(`expected a stream, got ${answer.body}`);
    const cancel = answer.open({
      write(text) {
        lines.push(JSON.parse(text));
        return lines.length < room;
      },
      end() {
        state.isEnded = true;
      },
    });
    return {
      lines,
      state,
      cancel,
      names: () => lines.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`),
    };
  }

  it('begins with what is there, and follows', () => {
    createMap('a');
    const watch = open('');
    createMap('b');

    expect(watch.names()).toEqual(['ADDED a', 'ADDED b']);
  });

  it('ends when its time is up and then hears nothing more', () => {
    const watch = open('timeoutSeconds=5');
    clock.advance(5_000);
    createMap('late');

    expect(watch.state.isEnded).toBe(true);
    expect(watch.lines).toEqual([]);
  });

  it('sends bookmarks with the present version to those who want them', () => {
    const { resourceVersion } = api.list(CONFIG_MAPS);
    const watch = open(`allowWatchBookmarks=true&resourceVersion=${resourceVersion}`);
    clock.advance(10_000);

    expect(watch.lines).toMatchObject([
      { type: 'BOOKMARK', object: { metadata: { resourceVersion } } },
    ]);
    expect(open(`resourceVersion=${resourceVersion}`).lines).toEqual([]);
  });

  it('marks the end of the initial events for streaming lists', () => {
    createMap('a');
    const watch = open(
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    );

    expect(watch.lines).toMatchObject([
      { type: 'ADDED' },
      {
        type: 'BOOKMARK',
        object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
      },
    ]);
  });

  it('tells of a version that history no longer reaches, and ends', () => {
    const { resourceVersion } = api.list(CONFIG_MAPS);
    for (let index = 0; index < 10; index++) createMap(`m${index}`);
    const watch = open(`resourceVersion=${resourceVersion}`);

    expect(watch.lines).toMatchObject([
      { type: 'ERROR', object: { code: 410, reason: 'Expired' } },
    ]);
    expect(watch.state.isEnded).toBe(true);
  });

  it('is over for a reader that is too slow', () => {
    const watch = open('', 2);
    for (const name of ['a', 'b', 'c', 'd']) createMap(name);

    expect(watch.lines).toHaveLength(2);
  });

  it('stops when the client leaves', () => {
    const watch = open('');
    watch.cancel();
    createMap('a');

    expect(watch.lines).toEqual([]);
  });
});
