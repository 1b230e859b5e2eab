/** The load of a file that need be no whole experiment. */
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseLoad } from '../../../src/experiment/parse-load.js';

function parsed(text: string) {
  return parseLoad(text, {
    fileName: 'x.yaml',
    resolvePath: (path) => `/lab/${path}`,
    readText: () => ({ kind: 'unreadable', because: 'no such file' }),
  });
}

function planOf(text: string) {
  const result = parsed(text);
  if (result.kind === 'faults') throw new Error(result.faults.map(formatFault).join('\n'));
  return result.plan;
}

function faultsOf(text: string): readonly string[] {
  const result = parsed(text);
  return result.kind === 'faults' ? result.faults.map(formatFault) : [];
}

const STAGE = '- { name: a, kind: constant, rate: 5, duration: 2s }';
const PROFILE = { stages: [{ name: 'a', kind: 'constant', ratePerSecond: 5, durationMs: 2_000 }] };

describe('a load', () => {
  it.each([
    { name: 'is the file itself', text: `stages:\n  ${STAGE}\n`, seed: 1 },
    { name: 'may have a seed', text: `seed: 4\nstages:\n  ${STAGE}\n`, seed: 4 },
    {
      name: "is an experiment's, whatever else is in it",
      text: `name: e\nseed: 9\nthresholds: [nonsense]\nload:\n  stages:\n    ${STAGE}\n`,
      seed: 9,
    },
  ])('$name', ({ text, seed }) => {
    expect(planOf(text)).toMatchObject({ load: { model: 'open', profile: PROFILE }, seed });
  });

  it.each([
    ['2', 2],
    ['auto', 'auto'],
  ])('may say how many processes send: %s', (written, processes) => {
    expect(planOf(`processes: ${written}\nstages:\n  ${STAGE}\n`).processes).toBe(processes);
  });

  it.each([
    { name: 'here unless it says so', text: '', fromCluster: undefined },
    { name: 'here', text: 'from: here\n', fromCluster: undefined },
    { name: 'pods of the cluster', text: 'from: cluster\n', fromCluster: { workers: 'auto' } },
    {
      name: 'so many pods of an image',
      text: 'from: cluster\nworkers: 8\nworkerImage: me/lab:1\n',
      fromCluster: { workers: 8, image: 'me/lab:1' },
    },
  ])('may be sent from $name', ({ text, fromCluster }) => {
    expect(planOf(`${text}stages:\n  ${STAGE}\n`).fromCluster).toEqual(fromCluster);
  });

  it('leaves that to the rate otherwise', () => {
    expect(planOf(`stages:\n  ${STAGE}\n`)).not.toHaveProperty('processes');
  });

  it('may be closed', () => {
    expect(planOf('model: closed\nconcurrency: 3\nduration: 1m\n').load).toEqual({
      model: 'closed',
      concurrency: 3,
      durationMs: 60_000,
    });
  });
});

describe('faults of a load', () => {
  it.each([
    {
      name: 'of how many processes are to send',
      text: `processes: 65\nstages:\n  ${STAGE}\n`,
      fault: /^x\.yaml:1:12: processes: expected a whole number from 1 to 64, or auto, found 65$/,
    },
    {
      name: 'of more processes than there are users',
      text: 'model: closed\nconcurrency: 3\nduration: 1s\nprocesses: 4\n',
      fault: /^x\.yaml:4:12: processes: expected at most 3 \(a user for each\), found 4$/,
    },
    {
      name: 'of how many pods are to send',
      text: `from: cluster\nworkers: 0\nstages:\n  ${STAGE}\n`,
      fault: /^x\.yaml:2:10: workers: expected a whole number from 1 to 1000, or auto, found 0$/,
    },
    {
      name: 'of more pods than there are connections',
      text: `from: cluster\nworkers: 9\nmaxConnections: 5\nstages:\n  ${STAGE}\n`,
      fault:
        /^x\.yaml:2:10: workers: expected at most 5 \(a connection of maxConnections for each\), found 9$/,
    },
    {
      name: 'of pods where none send',
      text: `workers: 2\nstages:\n  ${STAGE}\n`,
      fault: /^x\.yaml:1:1: workers: expected no such field without `from: cluster`/,
    },
    {
      name: 'of processes where pods send',
      text: `from: cluster\nprocesses: 2\nstages:\n  ${STAGE}\n`,
      fault: /^x\.yaml:2:1: processes: expected no such field with `from: cluster`/,
    },
    {
      name: 'of a place that there is not',
      text: `from: clsuter\nstages:\n  ${STAGE}\n`,
      fault: /^x\.yaml:1:7: from: expected one of here, cluster, found "clsuter"/,
    },
    {
      name: 'of the file itself',
      text: `stages:\n  ${STAGE}\nspacnig: even\n`,
      fault:
        /^x\.yaml:3:1: spacnig: expected one of the fields .*found an unknown field \(did you mean spacing\?\)$/,
    },
    {
      name: 'of an experiment stand where they are in it',
      text: `name: e\nload:\n  stages:\n    ${STAGE}\n  timeout: soon\n`,
      fault: /^x\.yaml:5:12: load\.timeout: expected a duration/,
    },
    {
      name: 'of a recording',
      text: 'load:\n  stages:\n    - { name: a, kind: replay, file: b, format: csv }\n',
      fault:
        /^x\.yaml:3:38: load\.stages\[0\]\.file: expected a file that can be read, found "b": no such file$/,
    },
    { name: 'of YAML', text: 'stages: [', fault: /^x\.yaml:\d+:\d+: expected valid YAML/ },
    { name: 'when there is nothing', text: '', fault: /^x\.yaml:1:1: expected / },
  ])('$name', ({ text, fault }) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(fault)]);
  });
});
