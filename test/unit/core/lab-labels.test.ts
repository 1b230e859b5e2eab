import { describe, expect, test } from 'vitest';
import { expiryMs, isMadeByLab, labelSafe, labLabels } from '../../../src/core/lab-labels.js';

const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

describe('labelSafe', () => {
  const rows: readonly (readonly [sentence: string, text: string, label: string])[] = [
    ['an at sign becomes a dash', 'ann@build-7', 'ann-build-7'],
    ['what is valid stays', 'a_b.c-D9', 'a_b.c-D9'],
    ['it begins and ends with a letter or digit', '.ann@', 'ann'],
    ['nothing that a label can hold gives an empty value, which is valid', '@@', ''],
    ['letters of other alphabets become one dash each stretch', 'Zoë@höst', 'Zo-h-st'],
  ];
  test.each(rows)('%s', (_, text, label) => {
    expect(labelSafe(text)).toBe(label);
  });

  test('at most 63 characters stay, and the cut leaves no dash at the end', () => {
    const label = labelSafe(`${'a'.repeat(62)}@${'b'.repeat(20)}`);
    expect(label).toBe('a'.repeat(62));
    expect(label).toMatch(LABEL_VALUE);
  });
});

describe('labLabels', () => {
  const mark = {
    runId: '20260801-101500-ab12',
    experiment: 'spike',
    owner: 'ann-build-7',
    expiresAtMs: 1_785_000_000_001,
  };
  const object = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'x', labels: labLabels(mark) },
  };

  test('every value is a valid label', () => {
    for (const value of Object.values(labLabels(mark))) expect(value).toMatch(LABEL_VALUE);
  });

  test('the expiry is told in whole seconds, never before it', () => {
    expect(expiryMs(object)).toBe(1_785_000_001_000);
  });

  test('an expiry of another form is none', () => {
    const labels = { ...labLabels(mark), 'hpa-lab.dev/expires': '2027-12-31' };
    expect(expiryMs({ ...object, metadata: { name: 'x', labels } })).toBeUndefined();
  });

  test('an object with them is known as the lab’s, one that only kubectl applied is not', () => {
    expect(isMadeByLab(object)).toBe(true);
    const labels = { 'app.kubernetes.io/managed-by': 'kubectl', 'hpa-lab.dev/owner': 'hpa-lab' };
    expect(isMadeByLab({ ...object, metadata: { name: 'x', labels } })).toBe(false);
  });
});
