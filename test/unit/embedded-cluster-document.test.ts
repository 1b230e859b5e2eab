/** docs/embedded-cluster.md against the code: what is offered, stored or refused stands there, and nothing else does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NOT_OFFERED } from '../../src/conformance/api/not-offered.js';
import { NOT_OFFERED as NOT_PLAYED } from '../../src/conformance/controllers/not-offered.js';
import { SERVED_KINDS } from '../../src/control-plane/kinds/registry.js';
import { REVIEWS } from '../../src/control-plane/http/reviews.js';

const ROOT = join(import.meta.dirname, '../..');
const TEXT = readFileSync(join(ROOT, 'docs/embedded-cluster.md'), 'utf8');

/** From a heading to the next. */
function section(heading: string): string {
  const start = TEXT.indexOf(`${heading}\n`);
  expect(start, `the heading ${heading}`).toBeGreaterThanOrEqual(0);
  const rest = TEXT.slice(start + heading.length);
  const end = rest.search(/\n#{2,3} /);
  return end < 0 ? rest : rest.slice(0, end);
}

/** The words in backquotes of one column of a table, below its head. */
function column(text: string, index: number): ReadonlySet<string> {
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  const cells = rows.slice(1).map((row) => row.split('|')[index + 1] ?? '');
  return new Set(
    cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)),
  );
}

const OFFERED = column(section('## What is as in Kubernetes, and what is not'), 0);
const REFUSED = column(section('### Not offered'), 1);

it('has every kind that is offered', () => {
  const kinds = [
    ...SERVED_KINDS.map(({ resource }) => resource.kind),
    ...REVIEWS.map(({ kind }) => kind),
  ];

  expect(kinds.filter((kind) => !OFFERED.has(kind))).toEqual([]);
});

it('calls nothing not offered that is', () => {
  const kinds = new Set(SERVED_KINDS.map(({ resource }) => resource.kind));

  expect([...REFUSED].filter((kind) => kinds.has(kind) || OFFERED.has(kind))).toEqual([]);
});

it('names what recorded scenarios are passed over for', () => {
  const words = section('### Not offered');
  const reasons = [...Object.values(NOT_OFFERED), ...Object.values(NOT_PLAYED)];
  const subjects = reasons.flatMap((reason) => reason.match(/\b[A-Z][A-Za-z]{3,}\b/g) ?? []);

  expect([...new Set(subjects)].filter((subject) => !words.includes(subject))).toEqual([]);
});

it('has every field that is stored and not enforced', () => {
  const code = readFileSync(join(ROOT, 'src/control-plane/not-enforced.ts'), 'utf8');
  const paths = [...code.matchAll(/path: \[([^\]]+)\]/g)].map(([, path = '']) => path);
  const listed = /\.\.\.\[([^\]]+)\]\.map\(\(field\)/.exec(code)?.[1] ?? '';
  const fields = [...paths, ...listed.split(',')]
    .map((path) => [...path.matchAll(/'([^']+)'/g)].at(-1)?.[1])
    .filter((field) => field !== undefined && field !== 'type');
  const words = section('### Stored, not enforced');

  expect(fields.length).toBeGreaterThan(20);
  expect(fields.filter((field) => !words.includes(`\`${field}\``))).toEqual([]);
});
