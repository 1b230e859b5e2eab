import { describe, expect, it } from 'vitest';
import {
  containerCommand,
  mappingFor,
  unmappedImageMessage,
} from '../../../../../src/cluster/embedded/process-runtime/container-command.js';
import type { Container } from '../../../../../src/core/objects.js';

const mapping = {
  command: ['node', 'service.js'],
  env: { HOST: '$(POD_IP)', PORT: '$(PORT_8000)', NAME: '$(POD_NAME) $(MOOD) $(WHAT)' },
};
const values = { podIP: '127.70.0.1', podName: 'web-1', port: (port: number) => port + 12_000 };

const command = (fields: Partial<Container>) =>
  containerCommand(
    { name: 'app', image: 'x', ...fields },
    new Map([
      ['PORT', '8000'],
      ['MOOD', 'glad'],
    ]),
    {
      mapping,
      values,
    },
  );

describe('the command of a container', () => {
  it.each([
    { name: 'the image alone', fields: {}, argv: ['node', 'service.js'] },
    {
      name: 'arguments',
      fields: { args: ['--x', '$(MOOD)'] },
      argv: ['node', 'service.js', '--x', 'glad'],
    },
    { name: 'a command', fields: { command: ['sh', '-c'] }, argv: ['sh', '-c'] },
    { name: 'both', fields: { command: ['sh'], args: ['-c'] }, argv: ['sh', '-c'] },
  ])('with $name', ({ fields, argv }) => {
    expect(command(fields).argv).toEqual(argv);
  });

  it('listens where the mapping says, whatever the manifest says', () => {
    expect(Object.fromEntries(command({}).env)).toEqual({
      MOOD: 'glad',
      HOST: '127.70.0.1',
      PORT: '20000',
      NAME: 'web-1 glad $(WHAT)',
    });
  });
});

describe('words of a mapped command', () => {
  it('may be where to listen, and the variables of the container', () => {
    const words = [
      'env',
      'HOST=$(POD_IP)',
      '--port=$(PORT_8000)',
      '$(POD_NAME)',
      '$(MOOD)',
      '$(WHAT)',
    ];

    const { argv } = containerCommand({ name: 'app', image: 'x' }, new Map([['MOOD', 'glad']]), {
      mapping: { command: words, env: {} },
      values,
    });

    expect(argv).toEqual(['env', 'HOST=127.70.0.1', '--port=20000', 'web-1', 'glad', '$(WHAT)']);
  });
});

describe('the mapping of an image', () => {
  it.each([
    { name: 'by its name', image: 'app:1', known: 'app:1', found: true },
    { name: 'not by another tag', image: 'app:2', known: 'app:1', found: false },
    { name: 'with :latest left out', image: 'app', known: 'app:latest', found: true },
    {
      name: 'with the default registry left out',
      image: 'docker.io/library/app:1',
      known: 'app:1',
      found: true,
    },
    {
      name: 'with a registry that has a port',
      image: 'localhost:5000/app',
      known: 'localhost:5000/app:latest',
      found: true,
    },
  ])('is found $name', ({ image, known, found }) => {
    expect(mappingFor(image, { [known]: mapping }) !== undefined).toBe(found);
  });

  it('is asked for with the place to write it', () => {
    expect(unmappedImageMessage('a:1', { 'b:1': mapping })).toBe(
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/a:1": ' +
        'failed to resolve reference "docker.io/library/a:1": docker.io/library/a:1: not found ' +
        '(no local command stands for image "a:1"; mapped: b:1. ' +
        "Add one: --image 'a:1=program arguments' of the cluster command, or " +
        'embedded.images."a:1".command: [program, arguments] of an experiment)',
    );
  });
});
