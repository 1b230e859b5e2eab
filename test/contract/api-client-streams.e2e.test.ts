/** What `@kubernetes/client-node` does with running pods: exec, attach, port-forward, logs, informers, metrics. */
import {
  Attach,
  CoreV1Api,
  Exec,
  KubeConfig,
  Log,
  Metrics,
  PatchStrategy,
  PortForward,
  makeInformer,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type { V1Status } from '@kubernetes/client-node';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { CONTRACT_IMAGE, contractCluster } from '../support/contract-cluster.js';
import type { ContractCluster } from '../support/contract-cluster.js';
import { findKubectl } from '../support/kubectl.js';

const kubectl = findKubectl();
const SERVER = `require('node:http').createServer((request, response) => response.end('hello ' + request.url))
  .listen(Number(process.env.PORT ?? 8080), process.env.HOST, () => console.log('listening'));
process.stdin.on('data', (data) => process.stdout.write('heard ' + data));`;

describe.skipIf(kubectl === undefined)('client-node in pods', () => {
  let cluster: ContractCluster;
  let config: KubeConfig;
  let core: CoreV1Api;

  beforeAll(async () => {
    cluster = await contractCluster(kubectl ?? '', { set: ['metricsResolution=1s'] });
    config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
    const { namespace } = cluster;
    const readiness = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
    await core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name: 'web', labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'app',
              image: CONTRACT_IMAGE,
              command: ['node', '-e', SERVER],
              stdin: true,
              env: [{ name: 'GREETING', value: 'hello' }],
              ports: [{ containerPort: 8080 }],
              readinessProbe: readiness,
            },
          ],
        },
      },
    });
    await core.createNamespacedService({
      namespace,
      body: {
        metadata: { name: 'web' },
        spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
      },
    });
    await vi.waitFor(
      async () => {
        const { status } = await core.readNamespacedPod({ name: 'web', namespace });
        expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
      },
      { timeout: 100_000, interval: 100 },
    );
  }, 240_000);

  afterAll(async () => {
    await cluster.stop();
    expect(cluster.failures).toEqual([]);
  });

  /** Runs a command; `text` has what it wrote to both streams. */
  async function exec(
    command: readonly string[],
    { input, tty = false }: { readonly input?: string; readonly tty?: boolean } = {},
  ): Promise<{ readonly text: string; readonly status: V1Status }> {
    const [output, stdin] = [new PassThrough(), input === undefined ? null : new PassThrough()];
    let text = '';
    output.on('data', (chunk) => (text += String(chunk)));
    const status = await new Promise<V1Status>((resolve, reject) => {
      const errors = tty ? null : output;
      new Exec(config)
        .exec(cluster.namespace, 'web', 'app', [...command], output, errors, stdin, tty, resolve)
        .catch(reject);
      stdin?.end(input);
    });
    return { text, status };
  }

  it('runs a command and is told how it ended', async () => {
    const good = await exec(['sh', '-c', 'echo "$GREETING"']);
    expect(good).toMatchObject({ text: 'hello\n', status: { status: 'Success' } });

    const bad = await exec(['sh', '-c', 'echo oops >&2; exit 7']);
    expect(bad.text).toBe('oops\n');
    expect(bad.status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'command terminated with non-zero exit code: command terminated with exit code 7',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    });
  });

  it('ends the input of a command', async () => {
    const { text } = await exec(['sh', '-c', 'cat; echo over'], { input: 'said' });

    expect(text).toBe('saidover\n');
  });

  it('gets a terminal, of the size it says, when it asks for one', async () => {
    const { server = '' } = config.getCurrentCluster() ?? {};
    const path = `/api/v1/namespaces/${cluster.namespace}/pods/web/exec`;
    const script =
      'test -t 0 && until stty size | grep "44 99"; do sleep 0.05; done; read line; exit 3';
    const query = new URLSearchParams({
      container: 'app',
      stdin: 'true',
      stdout: 'true',
      tty: 'true',
    });
    for (const word of ['sh', '-c', script]) query.append('command', word);
    const options: ClientOptions = {};
    await config.applyToHTTPSOptions(options);
    const url = `${server.replace('https', 'wss')}${path}?${String(query)}`;
    const socket = new WebSocket(url, 'v4.channel.k8s.io', options);
    const heard = new Map<number, string>();
    socket.on('message', (data: Buffer) => {
      const channel = data[0] ?? -1;
      heard.set(channel, (heard.get(channel) ?? '') + data.subarray(1).toString());
    });
    await once(socket, 'open');

    const send = (channel: number, text: string): void =>
      socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
    send(4, '{"Width":99,"Height":44}\n');
    send(0, 'go\r');
    await once(socket, 'close');

    expect(heard.get(1)).toContain('44 99');
    expect(JSON.parse(heard.get(3) ?? '{}')).toMatchObject({
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  const targets = [
    { name: 'a pod', forward: 'pod' },
    { name: 'a service', forward: 'service' },
  ] as const;
  it.each(targets)('forwards a port of $name', async ({ forward }) => {
    const [output, input] = [new PassThrough(), new PassThrough()];
    const client = new PortForward(config);
    const { namespace } = cluster;
    const socket =
      forward === 'pod'
        ? await client.portForward(namespace, 'web', [8080], output, null, input)
        : await client.portForwardService(namespace, 'web', [8080], output, null, input);
    let text = '';
    output.on('data', (chunk) => (text += String(chunk)));

    input.write('GET /there HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n');

    await vi.waitFor(() => expect(text).toMatch(/^HTTP\/1\.1 200 OK[^]*hello \/there/), {
      timeout: 10_000,
    });
    if (typeof socket !== 'function') socket.close();
  });

  it('says in the error channel that nothing listens', async () => {
    const [output, errors, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
    let text = '';
    errors.on('data', (chunk) => (text += String(chunk)));

    await new PortForward(config).portForward(
      cluster.namespace,
      'web',
      [9999],
      output,
      errors,
      input,
    );

    await vi.waitFor(() => expect(text).toContain('refused'), { timeout: 10_000 });
  });

  it('attaches to the first process, and follows its log at the same time', async () => {
    const [heard, log, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const texts = { heard: '', log: '' };
    heard.on('data', (chunk) => (texts.heard += String(chunk)));
    log.on('data', (chunk) => (texts.log += String(chunk)));
    const { namespace } = cluster;
    const limitBytes = 'listening\nheard word\n'.length;
    await new Log(config).log(namespace, 'web', 'app', log, { follow: true, limitBytes });
    const socket = await new Attach(config).attach(
      namespace,
      'web',
      'app',
      heard,
      null,
      input,
      false,
    );

    input.write('word\n');

    await vi.waitFor(() => expect(texts.heard).toBe('heard word\n'), { timeout: 10_000 });
    if (!log.readableEnded) await once(log, 'end');
    expect(texts.log).toBe('listening\nheard word\n');
    socket.close();
  });

  it('keeps an informer up to date with what happens to pods', async () => {
    const { namespace } = cluster;
    const events: string[] = [];
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const informer = makeInformer(config, path, () => core.listNamespacedPod({ namespace }));
    informer.on('add', ({ metadata }) => events.push(`add ${metadata?.name}`));
    informer.on('delete', ({ metadata }) => events.push(`delete ${metadata?.name}`));
    informer.on('update', ({ metadata, status }) =>
      events.push(`${status?.phase} ${metadata?.name}`),
    );
    await informer.start();
    const command = ['node', '-e', ''];
    const containers = [{ name: 'app', image: CONTRACT_IMAGE, command }];
    const body = { metadata: { name: 'brief' }, spec: { containers, restartPolicy: 'Never' } };
    await core.createNamespacedPod({ namespace, body });

    await vi.waitFor(() => expect(events).toContain('Succeeded brief'), { timeout: 100_000 });
    await core.deleteNamespacedPod({ namespace, name: 'brief' });
    await vi.waitFor(() => expect(events.at(-1)).toBe('delete brief'), { timeout: 40_000 });
    await informer.stop();

    expect(events.slice(0, 2)).toEqual(['add web', 'add brief']);
  });

  it('applies on the server, and is refused what another manager owns', async () => {
    const { namespace } = cluster;
    const apply = (fieldManager: string, data: Record<string, string>, force?: boolean) =>
      core.patchNamespacedConfigMap(
        {
          name: 'applied',
          namespace,
          fieldManager,
          ...(force === undefined ? {} : { force }),
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data },
        },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      );
    const made = await apply('one', { a: '1', b: '1' });
    expect(made.metadata?.managedFields).toMatchObject([{ manager: 'one', operation: 'Apply' }]);

    await expect(apply('two', { a: '2' })).rejects.toMatchObject({ code: 409 });
    await apply('two', { a: '2' }, true);

    expect((await apply('one', { b: '1' })).data).toEqual({ a: '2', b: '1' });
    expect((await apply('one', {})).data).toEqual({ a: '2' });
  });

  it('reads the metrics of pods once they were sampled', async () => {
    await vi.waitFor(
      async () => {
        const { items } = await new Metrics(config).getPodMetrics(cluster.namespace);
        const web = items.find(({ metadata }) => metadata.name === 'web');
        expect(web?.containers[0]?.usage.cpu).toMatch(/^\d+n$/);
        expect(web?.containers[0]?.usage.memory).toMatch(/^\d+(Ki|Mi)$/);
      },
      { timeout: 100_000, interval: 250 },
    );
  }, 120_000);

  const rows = [
    { name: 'without a token', headers: {}, protocols: ['v5.channel.k8s.io'], code: 401 },
    {
      name: 'with a wrong token',
      headers: { Authorization: 'Bearer wrong' },
      protocols: ['v5.channel.k8s.io'],
      code: 401,
    },
    {
      name: 'with a wrong token among the subprotocols',
      headers: {},
      protocols: ['base64url.bearer.authorization.k8s.io.d3Jvbmc', 'v5.channel.k8s.io'],
      code: 401,
    },
  ];
  it.each(rows)('is let in to nothing $name', async ({ headers, protocols, code }) => {
    const server = (config.getCurrentCluster()?.server ?? '').replace('https', 'wss');
    const ca = Buffer.from(config.getCurrentCluster()?.caData ?? '', 'base64');
    const socket = new WebSocket(
      `${server}/api/v1/namespaces/default/pods/any/exec?command=ls&stdout=true`,
      protocols,
      { headers, ca },
    );

    const [, response] = await once(socket, 'unexpected-response');
    socket.on('error', () => undefined);

    expect(response).toMatchObject({ statusCode: code });
    socket.terminate();
  });
});
