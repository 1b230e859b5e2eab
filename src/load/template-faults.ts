/** Places in a session's texts that name nothing, or nothing yet, found before anything is sent. */
import { isValueName, parseTemplate, PLACE_WORDS, type TextPlace } from './request-template.js';

/** Where in a file or a plan something stands. */
export type FaultPath = readonly (string | number)[];

/** A text of a session, and where it stands. */
export interface OutlinedText {
  readonly path: FaultPath;
  readonly text: string;
  readonly place: TextPlace;
}

/** A name that gets a value, and where it stands. */
export interface OutlinedName {
  readonly path: FaultPath;
  readonly name: string;
}

/** A session as far as its places are concerned; it may have other faults. */
export interface SessionOutline {
  /** In their order: each may use those before it. */
  readonly values: readonly (OutlinedName & { readonly text: string })[];
  readonly steps: readonly {
    readonly name: string;
    readonly texts: readonly OutlinedText[];
    readonly extracts: readonly OutlinedName[];
  }[];
}

/** A fault of requests. */
export interface RequestFault {
  readonly path: FaultPath;
  /** Completes "expected ...". */
  readonly expected: string;
  /** Completes "found ..."; absent: what stands at the path. */
  readonly found?: string;
  /** Where in the text at the path it is; absent: it is about all of it. */
  readonly offset?: number;
  /** A word that may have been meant is one of these. */
  readonly words?: readonly string[];
}

const HEADER_TEXT = /^[\t\x20-\x7e]*$/;

/** Every place of a session that cannot be filled in, and every name that no value can have. */
export function templateFaults({ values, steps }: SessionOutline): readonly RequestFault[] {
  const faults: RequestFault[] = [];
  const known = new Map<string, { readonly isForHeaders: boolean }>();
  const later = laterNames(steps);
  for (const value of values) {
    faults.push(...nameFaults(value), ...textFaults({ ...value, place: 'body' }, { known, later }));
    known.set(value.name, { isForHeaders: isForHeaders(value.text, known) });
  }
  for (const { texts, extracts } of steps) {
    faults.push(...texts.flatMap((text) => textFaults(text, { known, later })));
    for (const extract of extracts) {
      faults.push(...nameFaults(extract));
      if (values.some(({ name }) => name === extract.name)) {
        const expected = "a name that none of the session's values has";
        faults.push({ path: extract.path, expected, found: `"${extract.name}"` });
      }
      known.set(extract.name, { isForHeaders: true }); // looked at when it is extracted
    }
  }
  return faults;
}

interface Scope {
  readonly known: ReadonlyMap<string, { readonly isForHeaders: boolean }>;
  /** By name, the step that extracts it first. */
  readonly later: ReadonlyMap<string, string>;
}

function textFaults({ path, text, place }: OutlinedText, scope: Scope): readonly RequestFault[] {
  const { parts, faults } = parseTemplate(text);
  const ofNames = parts.flatMap((part) => {
    if (part.kind !== 'value') return [];
    const value = scope.known.get(part.name);
    const { name, offset } = part;
    const at = { path, offset, found: `"\${${name}}"` };
    if (value === undefined) {
      return [{ ...at, expected: expectedName(name, scope), words: [...scope.known.keys()] }];
    }
    const expected = 'a value of printable ASCII characters on one line in a header';
    return place === 'header' && !value.isForHeaders ? [{ ...at, expected }] : [];
  });
  return [
    ...faults.map(({ expected, found, offset }) => ({
      path,
      expected,
      offset,
      found: `"${found}"`,
    })),
    ...ofNames,
  ];
}

function expectedName(name: string, { known, later }: Scope): string {
  const step = later.get(name);
  if (step !== undefined) return `a value that is known by then (${name} is extracted in ${step})`;
  const names = [...known.keys()];
  return names.length === 0
    ? 'a value that the session has (it has none here)'
    : `one of the values ${names.join(', ')}`;
}

function nameFaults({ path, name }: OutlinedName): readonly RequestFault[] {
  if (isValueName(name)) return [];
  const expected = `a name of letters, digits, "_" and "-", other than ${PLACE_WORDS.join(', ')}`;
  return [{ path, expected, found: `"${name}"` }];
}

function laterNames(steps: SessionOutline['steps']): ReadonlyMap<string, string> {
  const later = new Map<string, string>();
  for (const { name: step, extracts } of steps) {
    for (const { name } of extracts) if (!later.has(name)) later.set(name, step);
  }
  return later;
}

function isForHeaders(text: string, known: Scope['known']): boolean {
  return parseTemplate(text).parts.every((part) => {
    if (part.kind === 'text') return HEADER_TEXT.test(part.text);
    if (part.kind === 'choice') return part.choices.every((choice) => HEADER_TEXT.test(choice));
    return part.kind !== 'value' || part.isEncoded || known.get(part.name)?.isForHeaders === true;
  });
}
