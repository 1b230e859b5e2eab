/** A command line as words, without a shell: blanks separate, quotes keep together. */

const QUOTED =
  /'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\.)*)"|\\(?<escaped>.)|(?<plain>[^\s'"\\]+)/gsy;
const BLANKS = /\s*/y;

/**
 * The words of a line, as a POSIX shell would separate them, with nothing expanded and nothing run;
 * undefined when a quote is not closed.
 */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let at = skipBlanks(line, 0);
  while (at < line.length) {
    let word = '';
    const wordStart = at;
    for (let part = partAt(line, at); part !== undefined; part = partAt(line, at)) {
      word += part.text;
      at = part.end;
    }
    if (at === wordStart) return undefined;
    words.push(word);
    const next = skipBlanks(line, at);
    if (next === at && at < line.length) return undefined;
    at = next;
  }
  return words;
}

function partAt(
  line: string,
  at: number,
): { readonly text: string; readonly end: number } | undefined {
  QUOTED.lastIndex = at;
  const groups = QUOTED.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { single, double, escaped, plain } = groups;
  const text = single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '';
  return { text, end: QUOTED.lastIndex };
}

function skipBlanks(line: string, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.exec(line);
  return BLANKS.lastIndex;
}
