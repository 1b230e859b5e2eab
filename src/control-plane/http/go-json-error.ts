/** What Go's JSON decoder says of a text that is no JSON. */

/** A state of the scanner: takes a character, gives the next state or says why it cannot. */
interface Scan {
  readonly text: string;
  position: number;
}

class SyntaxFault extends Error {}

/**
 * Go's message for the first fault of a text.
 *
 * @returns what Go says, or for a text that Go would read that its input ended.
 * @see Source: Go `encoding/json/scanner.go`.
 */
export function goJsonError(text: string): string {
  const scan: Scan = { text, position: 0 };
  try {
    scanValue(scan);
    skipSpace(scan);
    if (scan.position < text.length) throw unexpected(scan, 'after top-level value');
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
  return ENDED;
}

const ENDED = 'unexpected end of JSON input';

function peek({ text, position }: Scan): string {
  const point = text.codePointAt(position);
  if (point === undefined) throw new SyntaxFault(ENDED);
  return String.fromCodePoint(point);
}

function unexpected(scan: Scan, where: string): SyntaxFault {
  const character = peek(scan);
  const shown =
    character === "'" ? String.raw`'\''` : character === '"' ? `'"'` : `'${escaped(character)}'`;
  return new SyntaxFault(`invalid character ${shown} ${where}`);
}

/** As Go quotes a character. */
function escaped(character: string): string {
  return JSON.stringify(character).slice(1, -1);
}

function skipSpace(scan: Scan): void {
  while (/[ \t\r\n]/.test(scan.text[scan.position] ?? '')) scan.position++;
}

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

function scanValue(scan: Scan): void {
  skipSpace(scan);
  const first = peek(scan);
  const literal = LITERALS[first];
  if (first === '{') scanObject(scan);
  else if (first === '[') scanArray(scan);
  else if (first === '"') scanString(scan);
  else if (literal !== undefined) scanLiteral(scan, literal);
  else if (first === '-' || /\d/.test(first)) scanNumber(scan);
  else throw unexpected(scan, 'looking for beginning of value');
}

function scanLiteral(scan: Scan, literal: string): void {
  for (const [index, wanted] of Array.from(literal).entries()) {
    if (peek(scan) !== wanted) {
      throw unexpected(scan, `in literal ${literal} (expecting '${literal[index] ?? ''}')`);
    }
    scan.position++;
  }
}

function scanObject(scan: Scan): void {
  scan.position++;
  skipSpace(scan);
  if (peek(scan) === '}') {
    scan.position++;
    return;
  }
  for (;;) {
    skipSpace(scan);
    if (peek(scan) !== '"') throw unexpected(scan, 'looking for beginning of object key string');
    scanString(scan);
    skipSpace(scan);
    if (peek(scan) !== ':') throw unexpected(scan, 'after object key');
    scan.position++;
    scanValue(scan);
    skipSpace(scan);
    const next = peek(scan);
    if (next !== ',' && next !== '}') throw unexpected(scan, 'after object key:value pair');
    scan.position++;
    if (next === '}') return;
  }
}

function scanArray(scan: Scan): void {
  scan.position++;
  skipSpace(scan);
  if (peek(scan) === ']') {
    scan.position++;
    return;
  }
  for (;;) {
    scanValue(scan);
    skipSpace(scan);
    const next = peek(scan);
    if (next !== ',' && next !== ']') throw unexpected(scan, 'after array element');
    scan.position++;
    if (next === ']') return;
  }
}

function scanString(scan: Scan): void {
  scan.position++;
  for (;;) {
    const character = peek(scan);
    if (character < ' ') throw unexpected(scan, 'in string literal');
    scan.position += character.length;
    if (character === '"') return;
    if (character === '\\') scanEscape(scan);
  }
}

function scanEscape(scan: Scan): void {
  const character = peek(scan);
  if (!String.raw`"\/bfnrtu`.includes(character)) {
    throw unexpected(scan, 'in string escape code');
  }
  scan.position++;
  if (character !== 'u') return;
  for (let digit = 0; digit < 4; digit++) {
    if (!/[0-9A-Fa-f]/.test(peek(scan))) {
      throw unexpected(scan, String.raw`in \u hexadecimal character escape`);
    }
    scan.position++;
  }
}

/** Ends where the number does; what follows is for the caller to judge. */
function scanNumber(scan: Scan): void {
  if (peek(scan) === '-') scan.position++;
  if (peek(scan) === '0') scan.position++;
  else scanDigits(scan, 'in numeric literal');
  if (scan.text[scan.position] === '.') {
    scan.position++;
    scanDigits(scan, 'after decimal point in numeric literal');
  }
  if (/[eE]/.test(scan.text[scan.position] ?? '')) {
    scan.position++;
    if (/[+-]/.test(scan.text[scan.position] ?? '')) scan.position++;
    scanDigits(scan, 'in exponent of numeric literal');
  }
}

function scanDigits(scan: Scan, where: string): void {
  if (!/\d/.test(peek(scan))) throw unexpected(scan, where);
  while (/\d/.test(scan.text[scan.position] ?? '')) scan.position++;
}
