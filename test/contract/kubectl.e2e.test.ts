/** What users do with kubectl, against the embedded API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HORIZONTAL_POD_AUTOSCALERS, NODES, PODS } from '../../src/control-plane/resources.js';
import { startApiLab } from '../support/api-lab.js';
import type { ApiLab } from '../support/api-lab.js';
import { findKubectl, runKubectl } from '../support/kubectl.js';
import type { CommandResult } from '../support/kubectl.js';

const kubectl = findKubectl();

const MANIFEST = `
apiVersion: v1
kind: Namespace
metadata: { name: lab }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: lab, labels: { app: web } }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: app
          image: registry.example/app:1.0
          env: [{ name: A, value: "1" }, { name: B, value: "2" }]
          ports: [{ containerPort: 8000 }]
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: lab }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8000 }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: lab }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 3
  maxReplicas: 10
`;

it('has a kubectl to test with where tests count', () => {
  expect(process.env['CI'] === undefined || kubectl !== undefined).toBe(true);
});

describe.skipIf(kubectl === undefined)('kubectl', () => {
  let lab: ApiLab;

  function run(command: string, input?: string): Promise<CommandResult> {
    return runKubectl(kubectl ?? 'kubectl', command.split(' '), {
      kubeconfig: lab.kubeconfig,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Runs a command that must succeed; gives what it printed. */
  async function output(command: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await run(command, input);
    expect(code, `kubectl ${command}: ${stderr}`).toBe(0);
    return stdout;
  }

  beforeAll(async () => {
    lab = await startApiLab();
    lab.api.create(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-1' },
      spec: {},
    });
    await output('apply -f -', MANIFEST);
    lab.api.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-1', namespace: 'lab', labels: { app: 'web' } },
      spec: {
        nodeName: 'node-1',
        containers: [{ name: 'app', image: 'registry.example/app:1.0' }],
      },
    });
  });

  afterAll(async () => {
    await lab.stop();
    expect(lab.faults).toEqual([]);
  });

  it('applies a manifest: unchanged the second time, then configured', async () => {
    expect(await output('apply -f -', MANIFEST)).toContain('deployment.apps/web unchanged');

    const changed = MANIFEST.replace('{ name: B, value: "2" }', '{ name: C, value: "3" }');
    expect(await output('apply -f -', changed)).toContain('deployment.apps/web configured');

    const names = await output(
      'get deployment web -n lab -o jsonpath={.spec.template.spec.containers[0].env[*].name}',
    );
    expect(names).toBe('A C');
  });

  it('shows a difference without making it', async () => {
    const { code, stdout } = await run('diff -f -', MANIFEST.replace('replicas: 3', 'replicas: 4'));

    expect(code).toBe(1);
    expect(stdout).toMatch(/-\s+replicas: 3\n\+\s+replicas: 4/);
    expect(await output('get deployment web -n lab -o jsonpath={.spec.replicas}')).toBe('3');
  });

  it('refuses an unknown field by name', async () => {
    const { code, stderr } = await run(
      'apply -f -',
      MANIFEST.replace('replicas: 3', 'replicsa: 3'),
    );

    expect(code).toBe(1);
    expect(stderr).toContain('unknown field "spec.replicsa"');
  });

  const tables = [
    {
      command: 'get pods -n lab',
      shows: /NAME +READY +STATUS +RESTARTS +AGE\nweb-1 +0\/1 +Pending +0 /,
    },
    {
      command: 'get pods -n lab -o wide',
      shows: /IP +NODE +NOMINATED NODE +READINESS GATES\n.*node-1/,
    },
    { command: 'get pods -A -l app=web', shows: /lab +web-1/ },
    { command: 'get pods -n lab --field-selector spec.nodeName=node-1', shows: /web-1/ },
    {
      command: 'get deployments -n lab -o wide',
      shows: /web +0\/3 +0 +0 +\S+ +app +registry.example\/app:1.0 +app=web/,
    },
    { command: 'get hpa -n lab', shows: /web +Deployment\/web +cpu: <unknown>\/80% +3 +10 +0 / },
    { command: 'get services -n lab', shows: /web +ClusterIP +10\.96\.\d+\.\d+ +<none> +80\/TCP/ },
    { command: 'get nodes', shows: /node-1 +Unknown +<none>/ },
    { command: 'get ns', shows: /lab +Active/ },
    { command: 'top pods -n lab', shows: /web-1 +125m +64Mi/ },
    { command: 'top nodes', shows: /node-1 +125m/ },
    { command: 'api-resources', shows: /horizontalpodautoscalers +hpa +autoscaling\/v2 +true/ },
    { command: 'explain deployment.spec.strategy.rollingUpdate', shows: /maxSurge/ },
    { command: 'describe deployment web -n lab', shows: /Replicas: +3 desired/ },
    { command: 'describe hpa web -n lab', shows: /Max replicas: +10/ },
    { command: 'describe pod web-1 -n lab', shows: /Node: +node-1/ },
    { command: 'get pod web-1 -n lab -o yaml', shows: /terminationGracePeriodSeconds: 30/ },
    { command: 'get --raw /readyz', shows: /^ok$/ },
  ];
  it.each(tables)('answers: kubectl $command', async ({ command, shows }) => {
    expect(await output(command)).toMatch(shows);
  });

  it('reads logs: whole, the tail, followed, with times; and says when there are none before', async () => {
    expect(await output('logs web-1 -n lab')).toBe('one\ntwo\nthree\n');
    expect(await output('logs web-1 -n lab --tail 1')).toBe('three\n');
    expect(await output('logs web-1 -n lab -f --tail 1')).toBe('three\nfollowed\n');
    expect(await output('logs web-1 -n lab --timestamps')).toMatch(/^\d{4}-\d\d-\d\dT\S+Z one\n/);
    const previous = await run('logs web-1 -n lab --previous');
    expect(previous.stderr).toContain(
      'previous terminated container "app" in pod "web-1" not found',
    );
  });

  it('scales, labels, annotates, patches and sets an image', async () => {
    await output('scale deployment web -n lab --replicas 6');
    await output('label deployment web -n lab tier=front');
    await output('annotate deployment web -n lab note=x');
    await output('set image deployment/web -n lab app=registry.example/app:2.0');
    await output('patch deployment web -n lab -p {"spec":{"minReadySeconds":5}}');

    const shown = await output(
      'get deployment web -n lab -o jsonpath={.spec.replicas},{.metadata.labels.tier},{.metadata.annotations.note},{.spec.template.spec.containers[0].image},{.spec.minReadySeconds}',
    );
    expect(shown).toBe('6,front,x,registry.example/app:2.0,5');
  });

  it('creates what it sends as protobuf', async () => {
    const created = [
      'create namespace made',
      'create configmap settings -n made --from-literal=rate=5',
      'create serviceaccount runner -n made',
      'create deployment api -n made --image=registry.example/app:1.0 --replicas=2 --port=8000',
      'create service clusterip api -n made --tcp=80:8000',
    ];
    for (const command of created) expect(await output(command)).toMatch(/created\n$/);

    expect(
      await output(
        'get deployment api -n made -o jsonpath={.spec.replicas}{.spec.template.spec.containers[0].ports[0].containerPort}',
      ),
    ).toBe('28000');
    expect(await output('get configmap settings -n made -o jsonpath={.data.rate}')).toBe('5');
    const again = await run('create configmap settings -n made');
    expect(again.stderr).toContain('configmaps "settings" already exists');
  });

  it('autoscales, and shows the autoscaler in both versions as a cluster does', async () => {
    const hpa = 'get horizontalpodautoscalers.v1.autoscaling web -n scaled';
    await output('create namespace scaled');
    await output('create deployment web -n scaled --image=registry.example/app:1.0');
    await output('autoscale deployment web -n scaled --cpu=60% --min=2 --max=6');
    const key = { namespace: 'scaled', name: 'web' };
    const header = 'NAME +REFERENCE +TARGETS +MINPODS +MAXPODS +REPLICAS +AGE';
    expect(await output('get hpa -n scaled')).toMatch(
      new RegExp(`^${header}\nweb +Deployment/web +cpu: <unknown>/60% +2 +6 +0 +\\d+s\n$`),
    );

    const current = { averageUtilization: 10, averageValue: '10m' };
    lab.api.update(
      HORIZONTAL_POD_AUTOSCALERS,
      {
        ...lab.api.read(HORIZONTAL_POD_AUTOSCALERS, key),
        status: {
          currentReplicas: 3,
          desiredReplicas: 2,
          currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current } }],
        },
      },
      { subresource: 'status' },
    );

    expect(await output('get hpa -n scaled')).toMatch(/cpu: 10%\/60% +2 +6 +3 /);
    const shown = await output(`${hpa} -o yaml`);
    expect(shown).toContain('apiVersion: autoscaling/v1\n');
    expect(shown).toContain('targetCPUUtilizationPercentage: 60\n');
    expect(shown).toContain('currentCPUUtilizationPercentage: 10\n');
    expect(await output(hpa)).toMatch(new RegExp(`^${header}\n.*cpu: 10%/60%`));
  });

  it('says who one is and what one may do', async () => {
    expect(await output('auth can-i create deployments -n lab')).toBe('yes\n');
    expect(await output('auth can-i --list -n lab')).toMatch(/\*\.\* .*\[\*\]/);
    expect(await output('auth whoami')).toMatch(/Username +admin\n/);
  });

  it('watches until what it waits for happens', async () => {
    const waiting = run('wait pod/web-1 -n lab --for=condition=Ready --timeout=15s');
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    const pod = lab.api.read(PODS, { namespace: 'lab', name: 'web-1' });
    const ready = { type: 'Ready', status: 'True' as const };
    lab.api.update(
      PODS,
      { ...pod, status: { ...pod.status, phase: 'Running', conditions: [ready] } },
      { subresource: 'status' },
    );

    expect((await waiting).stdout).toContain('pod/web-1 condition met');
  });

  it('deletes, and says what is not there', async () => {
    await output('create -f -', MANIFEST.replaceAll(/\blab\b/g, 'gone'));
    expect(await output('delete service,hpa web -n gone')).toContain('service "web" deleted');

    const missing = await run('get service web -n gone');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('Error from server (NotFound): services "web" not found');
  });
});
