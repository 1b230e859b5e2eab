/** Apply as users meet it: lists, kinds that are not there, `--server-side` with conflicts and owners. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT_IMAGE, contractCluster, isRealCluster } from '../support/contract-cluster.js';
import type { ContractCluster } from '../support/contract-cluster.js';
import { findKubectl, runKubectl } from '../support/kubectl.js';
import type { CommandResult } from '../support/kubectl.js';

const kubectl = findKubectl();

function configMap(name: string, data: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
}

/** What kubectl says of both objects of a list. */
function listed(done: string): string {
  return `configmap/first ${done}\nconfigmap/second ${done}\n`;
}

/** A list without what says of which version its items are. */
function fresh(list: string): string {
  return list.replaceAll(/^ +(resourceVersion|uid): .*\n/gm, '');
}

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: owned }
spec:
  replicas: 1
  selector: { matchLabels: { app: owned } }
  template:
    metadata: { labels: { app: owned } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: app
          image: ${CONTRACT_IMAGE}
          command: [sleep, "600"]
          ports: [{ containerPort: 8000 }]
`;

describe.skipIf(kubectl === undefined)('kubectl apply', () => {
  let cluster: ContractCluster;

  function run(command: string, input?: string): Promise<CommandResult> {
    return runKubectl(kubectl ?? 'kubectl', ['-n', cluster.namespace, ...command.split(' ')], {
      kubeconfig: cluster.kubeconfig,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Runs a command that must succeed; gives what it printed. */
  async function output(command: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await run(command, input);
    expect(code, `kubectl ${command}: ${stderr}`).toBe(0);
    return stdout;
  }

  /** Managers of an object with operation and subresource, as `kubectl get -o jsonpath` shows them. */
  async function owners(object: string): Promise<readonly string[]> {
    const path =
      '{range.metadata.managedFields[*]}{.manager}/{.operation}/{.subresource}{","}{end}';
    const text = await output(`get ${object} --show-managed-fields -o jsonpath=${path}`);
    return text.split(',').filter((owner) => owner !== '');
  }

  beforeAll(async () => {
    cluster = await contractCluster(kubectl ?? 'kubectl');
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
    expect(cluster.failures).toEqual([]);
  }, 60_000);

  it('takes the list that get printed, and whatever else reads lists takes it too', async () => {
    await output('create configmap first --from-literal=a=1');
    await output('create configmap second --from-literal=a=1');
    const list = await output('get configmap first second -o yaml');

    expect(list).toMatch(/^kind: List$/m);
    expect(await output('apply -f -', list)).toBe(listed('configured'));
    expect(await output('apply --server-side --force-conflicts -f -', fresh(list))).toBe(
      listed('serverside-applied'),
    );
    expect(await output('replace -f -', fresh(list))).toBe(listed('replaced'));
    await output('delete -f -', list);
    expect(await output('create -f -', fresh(list))).toBe(listed('created'));
  });

  const unknown = [
    'networking.k8s.io/v1 Ingress',
    'batch/v1 CronJob',
    'v1 PersistentVolumeClaim',
    'apps/v1beta1 Deployment',
    'policy/v1 Eviction',
  ];
  it.skipIf(isRealCluster).each(unknown)('says that there is no %s', async (which) => {
    const [apiVersion = '', kind = ''] = which.split(' ');
    const object = JSON.stringify({ apiVersion, kind, metadata: { name: 'x' } });
    const { code, stderr } = await run('apply -f -', object);

    expect(code).not.toBe(0);
    expect(stderr).toContain(`no matches for kind "${kind}" in version "${apiVersion}"`);
    expect(stderr).toContain('ensure CRDs are installed first');
  });

  it('--server-side makes an object, leaves it as it is the second time, and removes what is no longer named', async () => {
    const both = configMap('one', { a: '1', b: '2' });

    expect(await output('apply --server-side -f -', both)).toBe(
      'configmap/one serverside-applied\n',
    );
    const version = await output('get configmap one -o jsonpath={.metadata.resourceVersion}');
    await output('apply --server-side -f -', both);
    expect(await output('get configmap one -o jsonpath={.metadata.resourceVersion}')).toBe(version);

    await output('apply --server-side -f -', configMap('one', { a: '1' }));
    expect(await output('get configmap one -o jsonpath={.data}')).toBe('{"a":"1"}');
    expect(await owners('configmap/one')).toEqual(['kubectl/Apply/']);
  });

  it('refuses what another manager owns, and takes it with --force-conflicts', async () => {
    await output('apply --server-side --field-manager=first -f -', configMap('two', { a: '1' }));

    const refused = await run(
      'apply --server-side --field-manager=second -f -',
      configMap('two', { a: '2' }),
    );
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'Apply failed with 1 conflict: conflict with "first": .data.a',
    );

    await output(
      'apply --server-side --field-manager=second --force-conflicts -f -',
      configMap('two', { a: '2' }),
    );
    expect(await output('get configmap two -o jsonpath={.data.a}')).toBe('2');
    expect(await owners('configmap/two')).toEqual(['second/Apply/']);
  });

  it('takes over what client-side apply made, without force', async () => {
    await output('apply -f -', configMap('three', { a: '1', b: '2' }));
    expect(await owners('configmap/three')).toEqual(['kubectl-client-side-apply/Update/']);

    await output('apply --server-side -f -', configMap('three', { a: '3', b: '2' }));

    expect(await output('get configmap three -o jsonpath={.data.a}')).toBe('3');
    expect(await owners('configmap/three')).toContain('kubectl/Apply/');
  });

  it('shows with diff what an apply would change, and changes nothing', async () => {
    await output('apply --server-side -f -', configMap('four', { a: '1' }));

    const { code, stdout } = await run('diff --server-side -f -', configMap('four', { a: '2' }));

    expect(code).toBe(1);
    expect(stdout).toMatch(/-\s+a: "1"\n\+\s+a: "2"/);
    expect(await output('get configmap four -o jsonpath={.data.a}')).toBe('1');
    await output('apply --server-side --dry-run=server -f -', configMap('four', { a: '2' }));
    expect(await output('get configmap four -o jsonpath={.data.a}')).toBe('1');
  });

  it('tells the owners of a Deployment apart: applier, scaler, controllers', async () => {
    await output('apply --server-side -f -', DEPLOYMENT);
    await output('wait deployment/owned --for=jsonpath={.status.observedGeneration}=1');
    await output('scale deployment owned --replicas=2');
    await output('wait deployment/owned --for=jsonpath={.status.observedGeneration}=2');

    const found = await owners('deployment/owned');
    expect(found).toContain('kubectl/Apply/');
    expect(found).toContain('kubectl/Update/scale');
    expect(found).toContain('kube-controller-manager/Update/status');
    const set = await output('get replicasets -l app=owned -o name');
    expect(await owners(set.trim())).toContain('kube-controller-manager/Update/');

    // the count is the scaler's now
    const { code, stderr } = await run('apply --server-side -f -', DEPLOYMENT);
    expect(code).toBe(1);
    expect(stderr).toContain('.spec.replicas');
  });

  it('refuses a field that the kind does not have', async () => {
    const misspelled = configMap('five', { a: '1' }).replace('"data"', '"dada"');

    const { code, stderr } = await run('apply --server-side -f -', misspelled);

    expect(code).toBe(1);
    expect(stderr).toContain('.dada: field not declared in schema');
  });
});
