/** Faults of requests that no schema finds: places that name nothing, names used twice. */
import { fieldOf, isRecord, valueAt } from '../core/json.js';
import { sameNames } from '../load/request-faults.js';
import type { TextPlace } from '../load/request-template.js';
import { type RequestFault, type SessionOutline, templateFaults } from '../load/template-faults.js';
import { requestName } from './complete-requests.js';
import { type Fault, nearestWord } from './fault.js';
import type { RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

/**
 * Every such fault of what stands beside `request`, `requests` and `sessions`; what the schema tells is not
 * told again.
 *
 * @param path - of the mapping that has those fields.
 */
export function requestPlaceFaults(document: RawDocument, path: FieldPath): readonly Fault[] {
  const asked = valueAt(document.content, path);
  const request = fieldOf(asked, 'request');
  const requests = listOf(asked, path, 'requests');
  const sessions = listOf(asked, path, 'sessions');
  const outlines = [
    ...(isRecord(request) ? [alone({ value: request, path: [...path, 'request'] })] : []),
    ...requests.map(alone),
    ...sessions.map(sessionOutline),
  ];
  const faults = [
    ...(request !== undefined && requests.length + sessions.length > 0
      ? [{ path: [...path, 'request'], expected: 'no single request beside requests or sessions' }]
      : []),
    ...sameNames([...requests.flatMap(nameOfRequest), ...sessions.flatMap(nameOf)]),
    ...sessions.flatMap((session) => sameNames(stepsOf(session).flatMap(nameOf))),
    ...outlines.flatMap(templateFaults),
  ];
  return faults.map((fault) => placed(document, fault));
}

/** A value of the file, and where it stands. */
interface Placed {
  readonly value: unknown;
  readonly path: FieldPath;
}

function placed(document: RawDocument, fault: RequestFault): Fault {
  const { path, expected, found, offset, words = [] } = fault;
  if (offset === undefined || found === undefined) return document.fault(path, expected, found);
  const nearest = nearestWord(found.replaceAll(/["${}]/g, ''), words);
  return document.faultWithin(path, {
    offset,
    expected,
    found,
    ...(nearest === undefined ? {} : { nearest }),
  });
}

function listOf(value: unknown, path: FieldPath, field: string): readonly Placed[] {
  const list = fieldOf(value, field);
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown, index) => ({ value: item, path: [...path, field, index] }));
}

function stepsOf({ value, path }: Placed): readonly Placed[] {
  return listOf(value, path, 'steps');
}

function nameOf({ value, path }: Placed) {
  const name = fieldOf(value, 'name');
  return typeof name === 'string' ? [{ name, path: [...path, 'name'] }] : [];
}

function nameOfRequest({ value, path }: Placed) {
  const own = nameOf({ value, path });
  if (own.length > 0) return own;
  const method = fieldOf(value, 'method') ?? 'GET';
  const asked = fieldOf(value, 'path') ?? '/';
  return typeof method === 'string' && typeof asked === 'string'
    ? [{ name: requestName({ method, path: asked }), path }]
    : [];
}

function alone(request: Placed): SessionOutline {
  return { values: [], steps: [stepOutline(request, 0)] };
}

function sessionOutline(session: Placed): SessionOutline {
  const { value, path } = session;
  return {
    values: textsOf({ value: fieldOf(value, 'values'), path: [...path, 'values'] }),
    steps: stepsOf(session).map(stepOutline),
  };
}

function stepOutline({ value, path }: Placed, index: number): SessionOutline['steps'][number] {
  const name = fieldOf(value, 'name');
  const text = (field: 'path' | 'body') => {
    const found = fieldOf(value, field);
    const place: TextPlace = field;
    return typeof found === 'string' ? [{ text: found, place, path: [...path, field] }] : [];
  };
  const headers = { value: fieldOf(value, 'headers'), path: [...path, 'headers'] };
  const extract = fieldOf(value, 'extract');
  return {
    name: typeof name === 'string' ? name : `step ${index + 1}`,
    texts: [
      ...text('path'),
      ...textsOf(headers).map((header) => Object.assign(header, { place: 'header' as const })),
      ...text('body'),
    ],
    extracts: isRecord(extract)
      ? Object.keys(extract).map((each) => ({ name: each, path: [...path, 'extract', each] }))
      : [],
  };
}

/** The texts of a mapping, by name. */
function textsOf({ value, path }: Placed) {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, text]) =>
    typeof text === 'string' ? [{ name, text, path: [...path, name] }] : [],
  );
}
