/** Every verb of kubectl that the lab promises, on a cluster whose pods are real processes. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT_IMAGE, contractCluster, isRealCluster } from '../support/contract-cluster.js';
import type { ContractCluster } from '../support/contract-cluster.js';
import { findKubectl, runKubectl, startKubectl } from '../support/kubectl.js';
import type { CommandResult } from '../support/kubectl.js';

const kubectl = findKubectl();
const ROLLED_OUT = 'rollout status deployment/web --timeout=100s';

function deployment(name: string, replicas: number): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: ${CONTRACT_IMAGE}
          command: [sleep, "600"]
          resources: { requests: { cpu: 10m } }
`;
}

function configMap(name: string, value: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, labels: { set: one } }
data: { key: "${value}", other: same }
`;
}

describe.skipIf(kubectl === undefined)('kubectl', () => {
  let cluster: ContractCluster;

  /** The words of a command are divided by spaces; a list has them divided already. */
  function run(
    command: string | readonly string[],
    more: { readonly input?: string; readonly env?: Record<string, string> } = {},
  ): Promise<CommandResult> {
    const { kubeconfig, namespace, isReal } = cluster;
    const words = typeof command === 'string' ? command.split(' ') : command;
    const timeoutMs = isReal ? 120_000 : 30_000;
    return runKubectl(kubectl ?? '', ['-n', namespace, ...words], {
      kubeconfig,
      timeoutMs,
      ...more,
    });
  }

  /** What a command printed that must succeed. */
  async function output(command: string | readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await run(command, input === undefined ? {} : { input });
    expect(code, `kubectl ${String(command)}: ${stderr}`).toBe(0);
    return stdout;
  }

  /** What a command said that must fail. */
  async function refusal(command: string | readonly string[], input?: string): Promise<string> {
    const { code, stderr } = await run(command, input === undefined ? {} : { input });
    expect(code, `kubectl ${String(command)}`).not.toBe(0);
    return stderr;
  }

  function field(of: string, path: string): Promise<string> {
    return output(['get', ...of.split(' '), '-o', `jsonpath=${path}`]);
  }

  function file(name: string, text: string): string {
    const path = join(cluster.folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  beforeAll(async () => {
    cluster = await contractCluster(kubectl ?? '', { set: ['metricsResolution=1s'] });
    await output('apply -f -', deployment('web', 2));
    await output(ROLLED_OUT);
  }, 240_000);

  afterAll(async () => {
    await cluster.stop();
    expect(cluster.failures).toEqual([]);
  });

  describe('shows objects', () => {
    const forms = [
      { command: 'get deployment web -o json', shows: /"kind": "Deployment"/ },
      { command: 'get deployment web -o yaml', shows: /^kind: Deployment$/m },
      { command: 'get deployment web -o wide', shows: /CONTAINERS +IMAGES +SELECTOR\nweb +2\/2/ },
      { command: 'get deployment web -o name', shows: /^deployment\.apps\/web\n$/ },
      { command: 'get deployment web -o jsonpath={.spec.replicas}', shows: /^2$/ },
      {
        command: 'get deployment web -o custom-columns=NAME:.metadata.name,N:.spec.replicas',
        shows: /^NAME +N\nweb +2\n$/,
      },
      { command: 'get deployment web -o go-template={{.spec.replicas}}', shows: /^2$/ },
      {
        command: 'get pods -l app=web --no-headers',
        shows: /^web-\S+ +1\/1 +Running +0 +\S+\nweb-/,
      },
      { command: 'get pods -l app!=web', shows: /^$/ },
      { command: 'get pods --field-selector status.phase=Running', shows: /web-/ },
      { command: 'get pods -A -l app=web', shows: /NAMESPACE +NAME.*\ncontract-/ },
      { command: 'get pods --sort-by=.metadata.name', shows: /web-/ },
      { command: 'get pods --show-labels', shows: /app=web,pod-template-hash=/ },
      { command: 'get rs,deployments', shows: /replicaset\.apps\/web-[^]*deployment\.apps\/web/ },
      { command: 'get pods --chunk-size=1', shows: /web-[^]*web-/ },
      {
        command: 'describe deployment web',
        shows: /Events:[^]*Scaled up replica set web-\S+ from 0 to 2/,
      },
      {
        command: 'describe pods -l app=web',
        shows: /Events:[^]*Scheduled[^]*Pulled[^]*Created[^]*Started/,
      },
      { command: 'describe nodes', shows: /Allocated resources:[^]*cpu/ },
      {
        command: 'events --for deployment/web',
        shows: /Normal +ScalingReplicaSet +Deployment\/web/,
      },
      { command: 'get events --field-selector reason=Scheduled', shows: /Successfully assigned/ },
      { command: 'explain deployment.spec.replicas', shows: /FIELD: replicas <integer>/ },
      { command: 'explain hpa --api-version=autoscaling/v2 --recursive', shows: /scaleTargetRef/ },
      { command: 'api-resources --api-group=apps', shows: /deployments +deploy +apps\/v1 +true/ },
      { command: 'api-resources --namespaced=false', shows: /nodes +no +v1 +false/ },
      { command: 'api-versions', shows: /apps\/v1\n[^]*autoscaling\/v2/ },
      { command: 'cluster-info', shows: /Kubernetes control plane.* is running at / },
      {
        command: 'cluster-info dump',
        shows: /"kind": "ReplicaSetList"[^]*==== START logs for container/,
      },
      { command: 'version', shows: /Server Version: v1\./ },
      { command: 'auth can-i create pods', shows: /^yes\n$/ },
    ];
    it.concurrent.each(forms)('$command', async ({ command, shows }) => {
      expect(await output(command)).toMatch(shows);
    });

    it('get -w: as they change', async () => {
      const args = ['-n', cluster.namespace, 'get', 'configmaps', '-w', '-o', 'name'];
      const watching = startKubectl(kubectl ?? '', args, { kubeconfig: cluster.kubeconfig });
      try {
        await output('create configmap watched --from-literal=a=1');
        await watching.until(/configmap\/watched\n/);
      } finally {
        await watching.stop();
      }
    });
  });

  describe('apply', () => {
    it('--dry-run=server checks, and changes nothing', async () => {
      expect(await output('apply --dry-run=server -f -', configMap('dry', '1'))).toContain(
        'configmap/dry created (server dry run)',
      );
      expect(await refusal('get configmap dry')).toContain('configmaps "dry" not found');
    });

    it('-k builds first', async () => {
      file('k/web.yaml', configMap('plain', '1'));
      file('k/kustomization.yaml', 'resources: [web.yaml]\nnamePrefix: made-\n');

      expect(await output(['apply', '-k', join(cluster.folder, 'k')])).toBe(
        'configmap/made-plain created\n',
      );
    });

    it('--prune removes what is not in the set any more', async () => {
      const prune = ['-l', 'set=one', '--prune', '--prune-allowlist=core/v1/ConfigMap'];
      await output('apply -f -', configMap('old', '1'));

      const text = await output(['apply', '-f', '-', ...prune], configMap('new', '1'));

      expect(text).toContain('configmap/new created');
      expect(text).toContain('configmap/old pruned');
    });

    it('--server-side keeps who set what, and refuses what another set unless it is forced', async () => {
      const apply = 'apply --server-side -f -';
      expect(await output(`${apply} --field-manager=one`, configMap('owned', '1'))).toContain(
        'configmap/owned serverside-applied',
      );
      await output(
        `${apply} --field-manager=two`,
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: owned }\ndata: { more: "2" }\n',
      );

      const two =
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: owned }\ndata: { more: "2", key: "2" }\n';
      const conflict = await refusal(`${apply} --field-manager=two`, two);
      expect(conflict).toContain('Apply failed with 1 conflict: conflict with "one": .data.key');

      await output(`${apply} --field-manager=two --force-conflicts`, two);
      expect(await field('configmap owned', '{.data.key},{.data.more},{.data.other}')).toBe(
        '2,2,same',
      );

      // what only `one` had set goes when `one` does not want it any more
      await output(
        `${apply} --field-manager=one`,
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: owned }\n',
      );
      expect(await field('configmap owned', '{.data}')).toBe('{"key":"2","more":"2"}');

      const shown = await output('get configmap owned -o yaml --show-managed-fields');
      expect(shown).toMatch(/managedFields:[^]*f:key: \{\}[^]*manager: two\n +operation: Apply/);
    });

    it('after it was client-side, --server-side takes the fields over', async () => {
      await output('apply -f -', configMap('moved', '1'));
      await output('apply --server-side -f -', configMap('moved', '2'));

      expect(await field('configmap moved', '{.data.key}')).toBe('2');
    });
  });

  it('diff: what apply would change, also --server-side', async () => {
    await output('apply -f -', configMap('compared', '1'));
    const plain = await run('diff -f -', { input: configMap('compared', '2') });
    expect(plain.code).toBe(1);
    expect(plain.stdout).toMatch(/-\s+key: "1"\n\+\s+key: "2"/);

    await output('apply --server-side -f -', configMap('compared-too', '1'));
    const server = await run('diff --server-side -f -', { input: configMap('compared-too', '2') });
    expect(server.stdout).toMatch(/-\s+key: "1"\n\+\s+key: "2"/);
    expect((await run('diff -f -', { input: configMap('compared', '1') })).code).toBe(0);
  });

  it('edit: with any editor', async () => {
    const editor = file('editor.sh', '#!/bin/sh\nsed -i "s/key: .*/key: edited/" "$1"\n');
    chmodSync(editor, 0o755);
    await output('create configmap edited --from-literal=key=1');

    const { code, stdout } = await run('edit configmap edited', { env: { KUBE_EDITOR: editor } });

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'configmap/edited edited\n' });
    expect(await field('configmap edited', '{.data.key}')).toBe('edited');
  });

  it('patch: merge, JSON and strategic', async () => {
    await output('apply -f -', deployment('patched', 0));
    const patch = (type: string, body: unknown): Promise<string> =>
      output(['patch', 'deployment', 'patched', `--type=${type}`, '-p', JSON.stringify(body)]);
    const env = [{ name: 'A', value: '1' }];
    await patch('strategic', {
      spec: { template: { spec: { containers: [{ name: 'app', env }] } } },
    });
    await patch('merge', { spec: { minReadySeconds: 7 } });
    await patch('json', [{ op: 'replace', path: '/spec/paused', value: true }]).catch(
      () => undefined,
    );
    await patch('json', [{ op: 'add', path: '/spec/revisionHistoryLimit', value: 3 }]);

    const paths =
      '{.spec.minReadySeconds},{.spec.revisionHistoryLimit},{..env[0].name},{..containers[0].command[0]}';
    expect(await field('deployment patched', paths)).toBe('7,3,A,sleep');
    expect(
      await refusal([
        'patch',
        'deployment',
        'patched',
        '--type=json',
        '-p',
        '[{"op":"test","path":"/spec/minReadySeconds","value":1}]',
      ]),
    ).toMatch(/test|Invalid/i);
  });

  it('replace: as a whole, and by force anew', async () => {
    await output('create -f -', configMap('replaced', '1'));
    const uid = await field('configmap replaced', '{.metadata.uid}');
    expect(await output('replace -f -', configMap('replaced', '2'))).toContain('replaced');
    expect(await field('configmap replaced', '{.metadata.uid},{.data.key}')).toBe(`${uid},2`);

    await output('replace --force -f -', configMap('replaced', '3'));
    expect(await field('configmap replaced', '{.metadata.uid}')).not.toBe(uid);
  });

  it('label and annotate: add, refuse to overwrite, overwrite, remove', async () => {
    await output('create configmap marked');
    for (const verb of ['label', 'annotate']) {
      await output(`${verb} configmap marked a=1`);
      expect(await refusal(`${verb} configmap marked a=2`)).toContain('--overwrite is false');
      await output(`${verb} configmap marked a=2 --overwrite`);
    }
    expect(await field('configmap marked', '{.metadata.labels.a}{.metadata.annotations.a}')).toBe(
      '22',
    );
    await output('label configmap marked a-');
    expect(await field('configmap marked', '{.metadata.labels}')).toBe('');
  });

  it('scale: also only from a given size', async () => {
    await output('apply -f -', deployment('scaled', 0));
    expect(await output('scale deployment scaled --replicas=1 --current-replicas=0')).toContain(
      'scaled',
    );
    expect(await refusal('scale deployment scaled --replicas=0 --current-replicas=7')).toContain(
      'Expected replicas to be 7, was 1',
    );
    await output('wait deployment/scaled --for=jsonpath={.status.readyReplicas}=1 --timeout=60s');
    await output('scale deployment scaled --replicas=0');
    await output('wait pods -l app=scaled --for=delete --timeout=60s');
  });

  it('set env, resources and image; rollout status, history, undo, restart, pause and resume', async () => {
    const cause = 'annotate deployment/web --overwrite kubernetes.io/change-cause';
    await output('set env deployment/web GREETING=hello');
    await output(`${cause}=second`);
    expect(await output('set env deployment/web --list')).toContain('GREETING=hello');
    await output('set resources deployment/web --limits=memory=200Mi');
    expect(await output(ROLLED_OUT)).toContain('successfully rolled out');
    const history = await output('rollout history deployment/web');
    expect(history).toMatch(/REVISION +CHANGE-CAUSE\n1 +<none>\n2 +second\n3 +second\n/);
    expect(await output('rollout history deployment/web --revision=2')).toMatch(
      /GREETING:\s+hello/,
    );

    await output('rollout undo deployment/web --to-revision=1');
    await output(ROLLED_OUT);
    expect(await field('deployment web', '{..env}{..limits}')).toBe('');

    await output('rollout pause deployment/web');
    await output('set image deployment/web app=registry.example/none:1');
    expect(await refusal('rollout restart deployment/web')).toContain(
      "can't restart paused deployment",
    );
    await output('rollout undo deployment/web').catch(() => undefined);
    await output(`set image deployment/web app=${CONTRACT_IMAGE}`);
    await output('rollout resume deployment/web');
    await output('rollout restart deployment/web');
    await output(ROLLED_OUT);
    expect(await field('deployment web', '{..template.metadata.annotations}')).toContain(
      'restartedAt',
    );
  }, 120_000);

  it('wait: for conditions, values, creation and deletion', async () => {
    await output('wait deployment/web --for=condition=Available --timeout=60s');
    const soon = run('wait configmap/soon --for=create --timeout=20s');
    await output('create configmap soon --from-literal=a=1');
    expect((await soon).stdout).toContain('condition met');
    const value = run('wait configmap/soon --for=jsonpath={.data.a}=2 --timeout=20s');
    const gone = run('wait configmap/soon --for=delete --timeout=20s');
    await output(['patch', 'configmap', 'soon', '-p', '{"data":{"a":"2"}}']);
    expect((await value).stdout).toContain('condition met');
    await output('delete configmap soon');
    expect((await gone).code).toBe(0);
    expect(await refusal('wait deployment/web --for=condition=None --timeout=1s')).toContain(
      'timed out',
    );
  });

  it('delete: background, orphan and foreground, with grace and by force', async () => {
    const manifest = deployment('deleted', 1);
    const started = 'wait pods -l app=deleted --for=condition=Ready --timeout=60s';
    await output('apply -f -', manifest);
    await output('rollout status deployment/deleted --timeout=60s');
    await output('delete deployment deleted --cascade=orphan');
    expect(await output('get rs -l app=deleted -o name')).toMatch(/replicaset\.apps\/deleted-/);

    await output('apply -f -', manifest);
    await output('rollout status deployment/deleted --timeout=60s');
    await output('delete deployment deleted --cascade=foreground');
    expect(await output('get rs,pods -l app=deleted -o name')).toBe('');

    await output('apply -f -', manifest);
    await output('rollout status deployment/deleted --timeout=60s');
    await output(started);
    await output('delete pods -l app=deleted --grace-period=0 --force');
    await output('delete deployment deleted');
    await output('wait pods -l app=deleted --for=delete --timeout=60s');
    expect(await output('delete configmap none --ignore-not-found')).toBe('');
  }, 120_000);

  it('create: the kinds that it makes itself', async () => {
    const made = [
      'create deployment made --image=registry.example/app:1 --replicas=0 --port=80',
      'create configmap made --from-literal=a=1',
      'create secret generic made --from-literal=password=secret',
      'create service clusterip made --tcp=80:8080',
      'create service nodeport made-node --tcp=80:8080',
      'create serviceaccount made',
      'create quota made --hard=configmaps=100',
      'create poddisruptionbudget made --selector=app=made --min-available=1',
      'expose deployment made --name=exposed --port=80',
      'run made --image=registry.example/app:1 --restart=Never',
    ];
    for (const command of made) expect(await output(command)).toMatch(/(created|exposed)\n$/);

    expect(await field('secret made', '{.data.password}')).toBe('c2VjcmV0');
    expect(await field('pdb made', '{.spec.minAvailable}')).toBe('1');
    expect(await field('service exposed', '{.spec.selector}')).toBe('{"app":"made"}');
    await output('delete pod made --now');
    expect(await refusal('create configmap made')).toContain('already exists');
  });

  it('create job: and wait for its end', async () => {
    await output(`create job counted --image=${CONTRACT_IMAGE} -- echo done`);
    await output('wait job/counted --for=condition=Complete --timeout=100s');

    expect(await output('logs job/counted')).toBe('done\n');
    expect(await output('get job counted')).toMatch(/counted +Complete +1\/1/);
  }, 120_000);

  it('autoscale', async () => {
    await output('autoscale deployment web --min=1 --max=3 --cpu=50%');
    const shown = await field(
      'hpa web',
      '{.spec.minReplicas},{.spec.maxReplicas},{..averageUtilization}',
    );
    expect(shown).toBe('1,3,50');
    await output('delete hpa web');
  });

  it('top: pods and nodes, once they were sampled', async () => {
    await expect
      .poll(async () => (await run('top pods -l app=web --containers')).stdout, {
        timeout: 60_000,
        interval: 250,
      })
      .toMatch(/POD +NAME +CPU\(cores\) +MEMORY\(bytes\)\s*\nweb-\S+ +app +\d+m +\d+Mi/);
    expect(await output('top nodes')).toMatch(/CPU\(%\)[^]*\d+m +\d+%/);
  }, 90_000);

  // these would disturb whoever else uses a real cluster
  describe.skipIf(isRealCluster)('nodes', () => {
    it('cordon, taint, drain and uncordon', async () => {
      const node = await field('nodes', '{.items[0].metadata.name}');
      await output(`taint nodes ${node} stage=test:PreferNoSchedule`);
      expect(await field(`node ${node}`, '{.spec.taints[0].key}')).toBe('stage');
      await output(`taint nodes ${node} stage-`);

      await output(`cordon ${node}`);
      expect(await output('get nodes')).toMatch(/Ready,SchedulingDisabled/);
      const drained = await output(
        `drain ${node} --ignore-daemonsets --delete-emptydir-data --force --timeout=20s`,
      );
      expect(drained).toContain(`node/${node} drained`);
      expect(await output('get pods -l app=web')).toMatch(/Pending/);

      await output(`uncordon ${node}`);
      await output(ROLLED_OUT);
    });

    it('drain waits for a disruption budget', async () => {
      const node = await field('nodes', '{.items[0].metadata.name}');
      await output('create pdb web --selector=app=web --min-available=2');
      await output('wait pdb/web --for=jsonpath={.status.currentHealthy}=2 --timeout=20s');

      const drain = `drain ${node} --force --ignore-daemonsets --pod-selector=app=web --timeout=1s`;
      expect(await refusal(drain)).toContain(
        "Cannot evict pod as it would violate the pod's disruption budget",
      );

      await output('delete pdb web');
      await output(`uncordon ${node}`);
    });
  });

  it('delete namespace: empties it', async () => {
    const name = `${cluster.namespace}-gone`;
    await output(`create namespace ${name}`);
    await output(['create', 'configmap', 'inside', `--namespace=${name}`]);
    await output(`delete namespace ${name}`);

    expect(await refusal(`get namespace ${name}`)).toContain('not found');
  }, 90_000);
});
