import { describe, expect, it } from 'vitest';
import {
  imageCommands,
  type ImageDestination,
  type ImageTool,
  localClusterOf,
} from '../../../../src/run/image/plan-image.js';

describe('where a context keeps its images', () => {
  it.each([
    ['kind-lab', { kind: 'kind', cluster: 'lab' }],
    ['k3d-dev-1', { kind: 'k3d', cluster: 'dev-1' }],
    ['minikube', { kind: 'minikube', cluster: 'minikube' }],
    ['arn:aws:eks:eu-west-1:1:cluster/prod', undefined],
    ['gke_project_zone_kind-lab', undefined],
  ])('of %s', (context, expected) => {
    expect(localClusterOf(context)).toEqual(expected);
  });
});

function commands(tool: ImageTool, destination: ImageDestination): readonly string[] {
  return imageCommands({
    tool,
    dockerfile: 'Dockerfile',
    tag: 'lab:1',
    destination,
    archive: '/tmp/a.tar',
  }).map((command) => command.join(' '));
}

describe('the commands', () => {
  it.each<[string, ImageTool, ImageDestination, readonly string[]]>([
    ['only build', 'docker', { kind: 'none' }, []],
    [
      'load from docker into kind by name',
      'docker',
      { kind: 'kind', cluster: 'lab' },
      ['kind load docker-image lab:1 --name lab'],
    ],
    [
      'go through an archive from podman into kind',
      'podman',
      { kind: 'kind', cluster: 'lab' },
      [
        'podman save --format docker-archive --output /tmp/a.tar lab:1',
        'kind load image-archive /tmp/a.tar --name lab',
      ],
    ],
    [
      'go through an archive from nerdctl into k3d',
      'nerdctl',
      { kind: 'k3d', cluster: 'dev' },
      ['nerdctl save --output /tmp/a.tar lab:1', 'k3d image import /tmp/a.tar --cluster dev'],
    ],
    [
      'load into minikube',
      'docker',
      { kind: 'minikube', cluster: 'minikube' },
      ['minikube image load lab:1 --profile minikube'],
    ],
    [
      'push under the name of the registry',
      'docker',
      { kind: 'registry', reference: 'r.example/lab:2' },
      ['docker tag lab:1 r.example/lab:2', 'docker push r.example/lab:2'],
    ],
  ])('%s', (...[, tool, destination, after]) => {
    const [build, ...rest] = commands(tool, destination);
    expect(build).toBe(`${tool} build --file Dockerfile --tag lab:1 .`);
    expect(rest).toEqual(after);
  });
});
