/** Sentences with a label before them, wrapped to a width. */
import { wrapped } from '../format.js';

/** What is said of one subject, a sentence or more, each beginning a line of its own. */
export interface Labelled {
  readonly label: string;
  readonly texts: readonly string[];
}

const LABEL_COLUMNS = 14;
const SPACE = 2;

/** Each subject's sentences beside its label; subjects without any are left out. */
export function labelledLines(entries: readonly Labelled[], columns: number): readonly string[] {
  return entries.flatMap(({ label, texts }) =>
    texts
      .flatMap((text) => wrapped(text, columns - LABEL_COLUMNS - SPACE))
      .map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL_COLUMNS + SPACE)}${line}`),
  );
}
