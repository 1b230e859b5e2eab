/** What users do with kubectl inside of pods: exec, attach, port-forward and logs, on real processes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT_IMAGE, contractCluster } from '../support/contract-cluster.js';
import type { ContractCluster } from '../support/contract-cluster.js';
import { findKubectl, runKubectl, startKubectl } from '../support/kubectl.js';
import type { CommandResult } from '../support/kubectl.js';

const kubectl = findKubectl();
const SCRIPT = '/usr/bin/script';

const SERVER = `require('node:http').createServer((request, response) => {
  let bytes = 0;
  request.on('data', (chunk) => { bytes += chunk.length; });
  request.on('end', () => response.end(request.method + ' ' + request.url + ' ' + bytes));
}).listen(Number(process.env.PORT ?? 8080), process.env.HOST);`;

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: ${CONTRACT_IMAGE}
          env: [{ name: GREETING, value: "it's \\"here\\" $(date)" }]
          command: [node, -e, ${JSON.stringify(SERVER)}]
          ports: [{ containerPort: 8080, name: http }]
          readinessProbe: { tcpSocket: { port: http }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
---
apiVersion: v1
kind: Pod
metadata: { name: talk, labels: { app: talk } }
spec:
  terminationGracePeriodSeconds: 1
  restartPolicy: OnFailure
  initContainers:
    - { name: first, image: ${CONTRACT_IMAGE}, command: [sh, -c, "echo first"] }
  containers:
    - name: app
      image: ${CONTRACT_IMAGE}
      stdin: true
      stdinOnce: true
      command: [sh, -c, "echo one; echo two >&2; echo three; while read line; do echo got $line; done; echo end"]
    - name: side
      image: ${CONTRACT_IMAGE}
      command: [sh, -c, "echo side; exec sleep 600"]
    - name: crash
      image: ${CONTRACT_IMAGE}
      command: [sh, -c, "echo about to fail; exit 3"]
`;

describe.skipIf(kubectl === undefined)('kubectl in pods', () => {
  let cluster: ContractCluster;

  function run(
    args: readonly string[],
    more: { readonly input?: string | Buffer; readonly env?: Record<string, string> } = {},
  ): Promise<CommandResult> {
    const { kubeconfig, namespace } = cluster;
    const timeoutMs = cluster.isReal ? 120_000 : 20_000;
    return runKubectl(kubectl ?? '', ['-n', namespace, ...args], {
      kubeconfig,
      timeoutMs,
      ...more,
    });
  }

  async function output(args: readonly string[], input?: string | Buffer): Promise<string> {
    const { code, stdout, stderr } = await run(args, input === undefined ? {} : { input });
    expect(code, `kubectl ${args.join(' ')}: ${stderr}`).toBe(0);
    return stdout;
  }

  beforeAll(async () => {
    cluster = await contractCluster(kubectl ?? '');
    await output(['apply', '-f', '-'], MANIFEST);
    await output(['rollout', 'status', 'deployment/web', '--timeout=100s']);
    const isStarted = '--for=jsonpath={.status.containerStatuses[0].started}=true';
    await output(['wait', 'pod/talk', isStarted, '--timeout=100s']);
  }, 240_000);

  afterAll(async () => {
    await cluster.stop();
    expect(cluster.failures).toEqual([]);
  });

  it('uses WebSockets where it wants to, and falls back to nothing', async () => {
    const executed = await run(['exec', '-v=4', 'deploy/web', '--', 'true']);
    expect(executed.stderr).not.toMatch(/fallback/i);

    const args = ['-n', cluster.namespace, 'port-forward', '-v=4', 'deploy/web', ':8080'];
    const forward = startKubectl(kubectl ?? '', args, { kubeconfig: cluster.kubeconfig });
    try {
      await forward.until(/127\.0\.0\.1:\d+ -> 8080/);
      expect(forward.output()).not.toMatch(/fallback/i);
    } finally {
      await forward.stop();
    }
  });

  // the second is what kubectl speaks when told not to use WebSockets, and older clients always
  const transports = [
    { name: 'WebSockets', isOn: 'true' },
    { name: 'SPDY', isOn: 'false' },
  ];
  describe.each(transports)('over $name', ({ isOn }) => {
    const env = {
      KUBECTL_REMOTE_COMMAND_WEBSOCKETS: isOn,
      KUBECTL_PORT_FORWARD_WEBSOCKETS: isOn,
    };

    it('runs a command in the environment of the container: both streams, and its exit code', async () => {
      const script = 'echo "$GREETING"; echo oops >&2; exit 7';
      const result = await run(['exec', 'deploy/web', '--', 'sh', '-c', script], { env });

      expect(result.stdout).toBe('it\'s "here" $(date)\n');
      expect(result.stderr).toBe('oops\ncommand terminated with exit code 7\n');
      expect(result.code).toBe(7);
    });

    it('gives arguments to the command as they are, whatever a shell would make of them', async () => {
      const hostile = ['$(echo no)', '`no`', '; exit 9', "it's", '"', '', '*', 'a\nb', '--flag'];
      const program = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
      const args = ['exec', 'deploy/web', '--', 'node', '-e', program, '--', ...hostile];
      const { stdout } = await run(args, { env });

      expect(JSON.parse(stdout)).toEqual(hostile);
    });

    it('carries megabytes both ways', async () => {
      const input = Buffer.alloc(3_000_000, 'hpa-lab ');
      const args = ['exec', '-i', 'deploy/web', '--', 'cat'];
      const { code, stdout } = await run(args, { env, input });

      expect(code).toBe(0);
      expect(stdout.length).toBe(input.length);
      expect(stdout === input.toString()).toBe(true);
    });

    it('says why a command cannot run', async () => {
      const missing = await run(['exec', 'deploy/web', '--', 'no-such-program'], { env });
      expect(missing.code).not.toBe(0);
      expect(missing.stderr).toContain('executable file not found in $PATH');

      const stranger = await run(['exec', 'talk', '-c', 'none', '--', 'ls'], { env });
      expect(stranger.stderr).toMatch(/container (not found|none is not valid)/);

      const ended = await run(['exec', 'talk', '-c', 'first', '--', 'ls'], { env });
      expect(ended.stderr).toMatch(/container not found \("first"\)|cannot exec|not running/i);
    });

    const targets = ['pod', 'service', 'deployment'];
    it.each(targets)('forwards a port of a %s', async (kind) => {
      const pod = await output([
        'get',
        'pods',
        '-l',
        'app=web',
        '-o',
        'jsonpath={.items[0].metadata.name}',
      ]);
      const target = kind === 'pod' ? `pod/${pod}` : `${kind}/web`;
      const port = kind === 'service' ? ':80' : ':http';
      const forward = startKubectl(
        kubectl ?? '',
        ['-n', cluster.namespace, 'port-forward', target, port],
        { kubeconfig: cluster.kubeconfig, env },
      );
      try {
        const [, local = ''] = await forward.until(/Forwarding from 127\.0\.0\.1:(\d+) -> 8080/);
        const url = `http://127.0.0.1:${local}`;
        const answers = await Promise.all(
          [1, 2, 3, 4].map(async (n) => (await fetch(`${url}/${n}`)).text()),
        );
        expect(answers).toEqual(['GET /1 0', 'GET /2 0', 'GET /3 0', 'GET /4 0']);

        const body = 'x'.repeat(2_000_000);
        const posted = await fetch(`${url}/up`, { method: 'POST', body });
        expect(await posted.text()).toBe('POST /up 2000000');
      } finally {
        await forward.stop();
      }
    });

    it('says when nothing listens on a forwarded port', async () => {
      const forward = startKubectl(
        kubectl ?? '',
        ['-n', cluster.namespace, 'port-forward', 'deploy/web', ':9999'],
        { kubeconfig: cluster.kubeconfig, env },
      );
      try {
        const [, local = ''] = await forward.until(/127\.0\.0\.1:(\d+) -> 9999/);
        await expect(fetch(`http://127.0.0.1:${local}/`)).rejects.toThrow();
        await forward.until(/error forwarding port 9999 to pod .*connection refused/);
      } finally {
        await forward.stop();
      }
    });
  });

  it.skipIf(!existsSync(SCRIPT))(
    'gives a command a terminal of the size of the window',
    async () => {
      const { kubeconfig, namespace } = cluster;
      const inPod =
        'test -t 0 && test -t 1 && until stty size | grep "33 77"; do sleep 0.05; done; read line; echo "read $line"; exit 5';
      const args = [
        kubectl,
        '-n',
        namespace,
        'exec',
        '-it',
        'deploy/web',
        '--',
        'sh',
        '-c',
        `'${inPod}'`,
      ];
      const text = await new Promise<string>((resolve) => {
        const child = execFile(
          SCRIPT,
          ['-qefc', `stty rows 33 cols 77; ${args.join(' ')}; echo code $?`, '/dev/null'],
          { env: { ...process.env, KUBECONFIG: kubeconfig, SHELL: '/bin/sh' }, timeout: 15_000 },
          (_error, stdout) => resolve(stdout),
        );
        // typed ahead: the terminal keeps it until the command reads
        setTimeout(() => child.stdin?.write('typed\r'), 700);
      });

      expect(text).toContain('33 77');
      expect(text).toContain('read typed');
      expect(text).toContain('code 5');
    },
  );

  describe('logs', () => {
    it('are those of the container, or of all, with their names and times', async () => {
      expect(await output(['logs', 'talk', '-c', 'side'])).toBe('side\n');
      expect(await output(['logs', 'talk', '-c', 'first'])).toBe('first\n');
      const all = await output(['logs', 'talk', '--all-containers', '--prefix']);
      for (const line of ['[pod/talk/app] one', '[pod/talk/side] side', '[pod/talk/first] first']) {
        expect(all.split('\n')).toContain(line);
      }
      const labelled = await output([
        'logs',
        '-l',
        'app=talk',
        '-c',
        'side',
        '--prefix',
        '--timestamps',
      ]);
      expect(labelled).toMatch(
        /^\[pod\/talk\/side\] \d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) side\n$/,
      );
    });

    it('are cut as asked', async () => {
      const app = ['logs', 'talk', '-c', 'app'];
      expect((await output(app)).split('\n').toSorted()).toEqual(['', 'one', 'three', 'two']);
      expect((await output([...app, '--tail=1'])).split('\n')).toHaveLength(2);
      expect(await output([...app, '--tail=0'])).toBe('');
      expect(await output(['logs', 'talk', '-c', 'side', '--limit-bytes=2'])).toBe('si');
      expect(await output([...app, '--since=1h'])).toContain('three');
      expect(await output([...app, '--since-time=2100-01-01T00:00:00Z'])).toBe('');
      const both = await run([...app, '--since=1h', '--since-time=2020-01-01T00:00:00Z']);
      expect(both.stderr).toContain('at most one of');
    });

    it('of the start before tell why a container was started again', async () => {
      await output([
        'wait',
        'pod/talk',
        '--for=jsonpath={.status.containerStatuses[?(@.name=="crash")].lastState.terminated.exitCode}=3',
        '--timeout=30s',
      ]);
      expect(await output(['logs', 'talk', '-c', 'crash', '--previous'])).toBe('about to fail\n');
      const none = await run(['logs', 'talk', '-c', 'side', '--previous']);
      expect(none.stderr).toContain('previous terminated container "side" in pod "talk" not found');
    });

    it('are followed until the container ends, while a client is attached to its input', async () => {
      // its first line shows that it follows before there is more to follow
      const following = startKubectl(
        kubectl ?? '',
        ['-n', cluster.namespace, 'logs', '-f', 'talk', '-c', 'app', '--tail=1'],
        { kubeconfig: cluster.kubeconfig },
      );
      const [first] = await following.until(/^\w+\n/);
      const attached = await run(['attach', '-i', 'talk', '-c', 'app'], { input: 'a\nb\n' });

      expect(attached.stdout).toBe('got a\ngot b\nend\n');
      expect(attached.code).toBe(0);
      await following.ended;
      expect(following.output()).toBe(`${first}got a\ngot b\nend\n`);
    });
  });
});
