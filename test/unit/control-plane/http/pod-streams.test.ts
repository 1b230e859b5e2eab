import { beforeEach, describe, expect, it } from 'vitest';
import { podLogOptions } from '../../../../src/control-plane/http/pod-log-options.js';
import { InProcessApi } from '../../../support/in-process-api.js';

const PODS = '/api/v1/namespaces/default/pods';

function pod(name: string, spec: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'app', image: 'app:1' }], ...spec },
  };
}

describe('the subresources that connect with a container', () => {
  let api: InProcessApi;
  beforeEach(() => {
    api = new InProcessApi();
    const two = [
      { name: 'app', image: 'app:1' },
      { name: 'side', image: 'app:1' },
    ];
    const init = [{ name: 'first', image: 'app:1' }];
    for (const body of [
      pod('one', { nodeName: 'n1', initContainers: init }),
      pod('two', { nodeName: 'n1', containers: two, initContainers: init }),
      pod('waiting', {}),
    ]) {
      api.send('POST', PODS, { body });
    }
  });

  const rows = [
    {
      name: 'ask for an upgrade, once everything else is fine',
      path: 'one/exec?command=ls&stdout=true',
      code: 400,
      message: 'Upgrade request required',
    },
    {
      name: 'exec without any stream',
      path: 'one/exec?command=ls',
      code: 400,
      message: 'you must specify at least 1 of stdin, stdout, stderr',
    },
    {
      name: 'a terminal whose only stream would be standard error',
      path: 'one/exec?command=ls&stderr=true&tty=true',
      code: 400,
      message: 'you must specify at least 1 of stdin, stdout, stderr',
    },
    {
      name: 'a pod without a node',
      path: 'waiting/portforward',
      code: 400,
      message: 'pod waiting does not have a host assigned',
    },
    {
      name: 'no such pod',
      path: 'none/attach?stdin=1',
      code: 404,
      message: 'pods "none" not found',
    },
    {
      name: 'a container that the pod has not',
      path: 'one/exec?command=ls&stdout=1&container=none',
      code: 400,
      message: 'container none is not valid for pod one',
    },
    {
      name: 'several containers and no name',
      path: 'two/exec?command=ls&stdout=1',
      code: 400,
      message:
        'a container name must be specified for pod two, choose one of: [app side] or one of the init containers: [first]',
    },
    {
      name: 'a port that is none',
      path: 'one/portforward?ports=80,70000',
      code: 400,
      message: 'unable to parse "70000" as a port',
    },
  ];
  it.each(rows)('refuse as upstream: $name', ({ path, code, message }) => {
    const [place = '', query = ''] = path.split('?');
    const { status, body } = api.send('POST', `${PODS}/${place}`, { query });

    expect({ status, message: body.message }).toEqual({ status: code, message });
  });

  it('take no other methods than GET and POST', () => {
    expect(api.send('PUT', `${PODS}/one/exec`, { query: 'stdout=1' }).status).toBe(405);
  });
});

describe('options of logs', () => {
  const nowMs = Date.parse('2026-11-23T06:00:00Z');
  const options = (query: string) => podLogOptions('web', new URLSearchParams(query), nowMs);

  it('are read', () => {
    expect(
      options('follow=true&previous=1&tailLines=3&limitBytes=10&sinceSeconds=5&timestamps=true'),
    ).toEqual({
      isFollowed: true,
      isPrevious: true,
      tailLines: 3,
      limitBytes: 10,
      sinceMs: nowMs - 5_000,
      hasTimestamps: true,
      stream: undefined,
    });
    expect(options('stream=Stderr&sinceTime=2026-11-23T05:00:00%2B01:00')).toMatchObject({
      stream: 'stderr',
      sinceMs: Date.parse('2026-11-23T04:00:00Z'),
    });
  });

  const faulty = [
    {
      query: 'tailLines=-1',
      says: 'tailLines: Invalid value: -1: must be greater than or equal to 0',
    },
    { query: 'limitBytes=0', says: 'limitBytes: Invalid value: 0: must be greater than 0' },
    { query: 'sinceSeconds=0', says: 'sinceSeconds: Invalid value: 0: must be greater than 0' },
    {
      query: 'sinceSeconds=1&sinceTime=2026-11-23T05:00:00Z',
      says: 'at most one of `sinceTime` or `sinceSeconds` may be specified',
    },
    { query: 'sinceTime=yesterday', says: 'parsing time "yesterday"' },
    { query: 'stream=Other', says: 'stream: Unsupported value: "Other"' },
    { query: 'stream=Stdout&tailLines=1', says: 'mutually exclusive' },
    { query: 'tailLines=many', says: 'strconv.ParseInt: parsing "many": invalid syntax' },
  ];
  it.each(faulty)('$query is refused', ({ query, says }) => {
    expect(() => options(query)).toThrow(says);
  });
});
