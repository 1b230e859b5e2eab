/** What kubectl sees of quotas, limit ranges, priorities, Endpoints and other people's rights. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT_IMAGE, contractCluster, isRealCluster } from '../support/contract-cluster.js';
import type { ContractCluster } from '../support/contract-cluster.js';
import { findKubectl, runKubectl } from '../support/kubectl.js';
import type { CommandResult } from '../support/kubectl.js';

const kubectl = findKubectl();

const LIMITS = `
apiVersion: v1
kind: LimitRange
metadata: { name: usual }
spec:
  limits:
    - { type: Container, max: { cpu: "1" }, defaultRequest: { cpu: 10m } }
`;

const ENDPOINTS = `
apiVersion: v1
kind: Service
metadata: { name: elsewhere }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Endpoints
metadata: { name: elsewhere }
subsets: [{ addresses: [{ ip: 10.1.2.3 }], ports: [{ port: 8080 }] }]
`;

function pod(name: string, spec: string): string {
  return `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { nodeName: none, ${spec} }
`;
}

describe.skipIf(kubectl === undefined)('kubectl', () => {
  let cluster: ContractCluster;

  function run(command: string, input?: string): Promise<CommandResult> {
    const { kubeconfig, namespace } = cluster;
    return runKubectl(kubectl ?? '', ['-n', namespace, ...command.split(' ')], {
      kubeconfig,
      timeoutMs: 30_000,
      ...(input === undefined ? {} : { input }),
    });
  }

  async function output(command: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await run(command, input);
    expect(code, `kubectl ${command}: ${stderr}`).toBe(0);
    return stdout;
  }

  beforeAll(async () => {
    cluster = await contractCluster(kubectl ?? '');
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
  });

  it('fills in what a limit range says, and refuses what is outside of it', async () => {
    await output('apply -f -', LIMITS);
    const small = pod('small', `containers: [{ name: app, image: "${CONTRACT_IMAGE}" }]`);
    const large = small
      .replace('small', 'large')
      .replace('name: app,', 'name: app, resources: { limits: { cpu: "2" } },');

    await output('create -f -', small);
    const refused = await run('create -f -', large);

    expect(await output('get pod small -o jsonpath={.spec.containers[0].resources}')).toBe(
      '{"limits":{"cpu":"1"},"requests":{"cpu":"10m"}}',
    );
    expect(refused.stderr).toContain(
      'pods "large" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    );
    expect(await output('describe limits usual')).toMatch(/Container\s+cpu\s+-\s+1\s+10m\s+1/);
    await output('delete pod small --grace-period=0 --force');
    await output('delete limits usual');
  });

  it('counts towards a quota, shows it and is refused beyond it', async () => {
    await output('create quota few --hard=configmaps=2,count/secrets=1');
    await output('wait --for=jsonpath={.status.hard.configmaps}=2 quota/few --timeout=10s');
    await output('create secret generic one --from-literal=a=b');

    const refused = await run('create secret generic two --from-literal=a=b');

    expect(refused.stderr).toContain(
      'secrets "two" is forbidden: exceeded quota: few, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1',
    );
    expect(await output('describe quota few')).toMatch(/count\/secrets\s+1\s+1/);
    await output('delete quota few');
  });

  it('gives pods the priority of their class, and leaves the system its own', async () => {
    const name = cluster.namespace;
    await output(`create priorityclass ${name} --value=7 --preemption-policy=Never`);
    try {
      const spec = `priorityClassName: ${name}, containers: [{ name: app, image: "${CONTRACT_IMAGE}" }]`;
      const made = await output('create -o json -f -', pod('ranked', spec));
      const refused = await run('delete priorityclass system-node-critical');

      expect(JSON.parse(made)).toMatchObject({ spec: { priority: 7, preemptionPolicy: 'Never' } });
      expect(refused.stderr).toContain('this is a system priority class and cannot be deleted');
    } finally {
      await output(`delete priorityclass ${name}`);
    }
  });

  it('is warned of Endpoints, which become a slice', async () => {
    const { stderr } = await run('apply -f -', ENDPOINTS);

    expect(stderr).toContain(
      'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    );
    const selector = '-l kubernetes.io/service-name=elsewhere';
    await output(`wait --for=jsonpath={.addressType}=IPv4 endpointslice ${selector} --timeout=10s`);
    expect(await output(`get endpointslices ${selector} --no-headers`)).toMatch(
      /IPv4\s+8080\s+10\.1\.2\.3/,
    );
  });

  it('asks in the name of others', async () => {
    expect((await run('auth can-i list pods --as somebody')).stdout).toBe('no\n');
    expect((await run('get pods --as somebody')).stderr).toContain(
      `pods is forbidden: User "somebody" cannot list resource "pods" in API group "" in the namespace "${cluster.namespace}"`,
    );
    expect(await output('auth can-i list pods --as somebody --as-group system:masters')).toBe(
      'yes\n',
    );
  });

  it('keeps the namespaces that every cluster needs', async () => {
    const { code, stderr } = await run('delete namespace kube-public');

    expect(code).not.toBe(0);
    expect(stderr).toContain(
      'Error from server (Forbidden): namespaces "kube-public" is forbidden: this namespace may not be deleted',
    );
  });

  it('explains of which type a field is, and what must be given', async () => {
    const spec = await output('explain pdb.spec');
    const event = await output('explain events --api-version=v1');

    expect(spec).toMatch(/^ +minAvailable\t<IntOrString>$/m);
    expect(event).toMatch(/^ +firstTimestamp\t<string>$/m);
    expect(event).toMatch(/^ +involvedObject\t<ObjectReference> -required-$/m);
  });

  it.skipIf(isRealCluster)('debug says that there are no ephemeral containers', async () => {
    await output(
      'create -f -',
      pod('looked-into', `containers: [{ name: app, image: "${CONTRACT_IMAGE}" }]`),
    );
    const { stderr } = await run('debug looked-into --image=x --profile=general');

    expect(stderr).toContain('ephemeral containers are disabled for this cluster');
  });

  it('explains these kinds', async () => {
    for (const field of [
      'secret.stringData',
      'resourcequota.spec.scopeSelector',
      'limitrange.spec.limits.maxLimitRequestRatio',
      'endpoints.subsets',
      'priorityclass.globalDefault',
    ]) {
      expect(await output(`explain ${field}`)).toContain('DESCRIPTION');
    }
  });

  it('says what is not offered as for a server without it', async () => {
    if (cluster.isReal) return;

    expect((await run('get ingress')).stderr).toContain(
      `the server doesn't have a resource type "ingress"`,
    );
    const { stderr } = await run(
      'create -f -',
      pod('host', `hostNetwork: true, containers: [{ name: app, image: "${CONTRACT_IMAGE}" }]`),
    );
    expect(stderr).toContain(
      'Warning: spec.hostNetwork: stored but not enforced by the embedded cluster',
    );
  });
});
