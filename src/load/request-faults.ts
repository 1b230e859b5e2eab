/** What would keep a plan's requests from being sent, found before anything is started. */
import { JSON_PATH_EXAMPLES, parseJsonPath } from './json-path.js';
import type {
  CheckSpec,
  ExtractionSpec,
  SessionSpec,
  StepSpec,
  ThinkTime,
} from './request-spec.js';
import { withoutPlaces } from './request-template.js';
import { type FaultPath, type RequestFault, templateFaults } from './template-faults.js';

/** A method or the name of a header. */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A path with query, once its places are taken out. */
export const PATH = /^\/[\x21\x22\x24-\x7e]*$/;
/** Headers that the sender sets itself: a second one would make requests ambiguous. */
export const OWN_HEADERS: readonly string[] = ['connection', 'content-length', 'transfer-encoding'];

const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Every fault of a plan's sessions; paths begin at the list. */
export function requestFaults(sessions: readonly SessionSpec[]): readonly RequestFault[] {
  if (sessions.length === 0) return [{ path: [], expected: 'at least one session' }];
  return [
    ...sameNames(sessions.map(({ name }, index) => ({ name, path: [index, 'name'] }))),
    ...sessions.flatMap((session, index) => sessionFaults(session, [index])),
  ];
}

/** Names that stand twice. */
export function sameNames(
  names: readonly { readonly name: string; readonly path: FaultPath }[],
): readonly RequestFault[] {
  return names.flatMap(({ name, path }, index) =>
    names.findIndex((each) => each.name === name) < index
      ? [{ path, expected: 'a name of its own', found: `"${name}" again` }]
      : [],
  );
}

function sessionFaults(session: SessionSpec, path: FaultPath): readonly RequestFault[] {
  const { weight, steps } = session;
  const names = steps.map(({ name }, index) => ({ name, path: [...path, 'steps', index, 'name'] }));
  return [
    ...claim(weight > 0 && Number.isFinite(weight), {
      path: [...path, 'weight'],
      expected: 'a number above 0',
      found: String(weight),
    }),
    ...claim(steps.length > 0, { path: [...path, 'steps'], expected: 'at least one step' }),
    ...sameNames(names),
    ...steps.flatMap((step, index) => stepFaults(step, [...path, 'steps', index])),
    ...templateFaults(outline(session, path)),
  ];
}

function outline({ values, steps }: SessionSpec, path: FaultPath) {
  return {
    values: Object.entries(values).map(([name, text]) => ({
      name,
      text,
      path: [...path, 'values', name],
    })),
    steps: steps.map(({ name, request, extract }, index) => {
      const at = [...path, 'steps', index];
      const { path: asked, headers, body } = request;
      return {
        name,
        texts: [
          { text: asked, place: 'path' as const, path: [...at, 'request', 'path'] },
          ...Object.entries(headers).map(([header, text]) => {
            return { text, place: 'header' as const, path: [...at, 'request', 'headers', header] };
          }),
          ...(body === undefined
            ? []
            : [{ text: body, place: 'body' as const, path: [...at, 'request', 'body'] }]),
        ],
        extracts: Object.keys(extract).map((each) => {
          return { name: each, path: [...at, 'extract', each] };
        }),
      };
    }),
  };
}

function stepFaults(step: StepSpec, path: FaultPath): readonly RequestFault[] {
  const { request, timeoutMs, checks, extract, thinkTime } = step;
  const at = [...path, 'request'];
  return [
    ...claim(TOKEN.test(request.method), {
      path: [...at, 'method'],
      expected: 'a method such as GET',
      found: `"${request.method}"`,
    }),
    ...claim(PATH.test(withoutPlaces(request.path)), {
      path: [...at, 'path'],
      expected: 'a path beginning with "/"',
      found: `"${request.path}"`,
    }),
    ...Object.entries(request.headers).flatMap(([name, value]) =>
      headerFaults({ name, value }, [...at, 'headers', name]),
    ),
    ...claim(timeoutMs === undefined || (timeoutMs > 0 && Number.isFinite(timeoutMs)), {
      path: [...path, 'timeoutMs'],
      expected: 'a number of milliseconds above 0',
      found: String(timeoutMs),
    }),
    ...checks.flatMap((check, index) => checkFaults(check, [...path, 'checks', index])),
    ...Object.entries(extract).flatMap(([name, each]) =>
      extractionFaults(each, [...path, 'extract', name]),
    ),
    ...(thinkTime === undefined ? [] : thinkFaults(thinkTime, [...path, 'thinkTime'])),
  ];
}

function headerFaults(
  { name, value }: { readonly name: string; readonly value: string },
  path: FaultPath,
): readonly RequestFault[] {
  return [
    ...claim(TOKEN.test(name), { path, expected: 'a header name', found: `"${name}"` }),
    ...claim(!OWN_HEADERS.includes(name.toLowerCase()), {
      path,
      expected: 'a header that the sender does not set itself',
      found: `"${name}"`,
    }),
    ...claim(FIELD_VALUE.test(value), {
      path,
      expected: 'a text on one line',
      found: JSON.stringify(value),
    }),
  ];
}

function checkFaults(check: CheckSpec, path: FaultPath): readonly RequestFault[] {
  if (check.kind === 'status') {
    const isRight = check.allowed.every(({ from, to }) => from <= to && from >= 100 && to <= 599);
    return claim(isRight && check.allowed.length > 0, {
      path,
      expected: 'statuses from 100 to 599',
      found: JSON.stringify(check.allowed),
    });
  }
  if (check.kind === 'body-contains') return [];
  const { expected } = check;
  return [
    ...(check.kind === 'json' ? pathFaults(check.path, path) : []),
    ...(expected.kind === 'matches' ? patternFaults(expected, path) : []),
  ];
}

function extractionFaults(extraction: ExtractionSpec, path: FaultPath): readonly RequestFault[] {
  if (extraction.kind === 'json') return pathFaults(extraction.path, path);
  return extraction.kind === 'regex' ? patternFaults(extraction, path) : [];
}

function pathFaults(text: string, path: FaultPath): readonly RequestFault[] {
  return claim(parseJsonPath(text) !== undefined, {
    path,
    expected: JSON_PATH_EXAMPLES,
    found: `"${text}"`,
  });
}

function patternFaults(
  { pattern, flags }: { readonly pattern: string; readonly flags: string },
  path: FaultPath,
): readonly RequestFault[] {
  const because = patternFault(pattern, flags);
  return because === undefined ? [] : [{ path, expected: 'a regular expression', found: because }];
}

/** Why a text is no regular expression; absent when it is one. */
export function patternFault(pattern: string, flags: string): string | undefined {
  try {
    void new RegExp(pattern, flags);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function thinkFaults(thinkTime: ThinkTime, path: FaultPath): readonly RequestFault[] {
  const times =
    thinkTime.kind === 'fixed'
      ? [0, thinkTime.ms]
      : thinkTime.kind === 'uniform'
        ? [0, thinkTime.minMs, thinkTime.maxMs]
        : [0, thinkTime.meanMs];
  const isRight = times.every(
    (time, index) => Number.isFinite(time) && time >= (times[index - 1] ?? 0),
  );
  return claim(isRight, {
    path,
    expected: 'times of at least 0, the smaller first',
    found: times.slice(1).join(', '),
  });
}

function claim(holds: boolean, fault: RequestFault): readonly RequestFault[] {
  return holds ? [] : [fault];
}
