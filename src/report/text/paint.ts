/** Colors of a terminal for what must be seen first; everything can be read without them. */

/** What a color means. */
export type PaintStyle = 'good' | 'bad' | 'doubtful' | 'heading';

/** Gives a text a color; put on after a line was laid out, because it adds signs that take no room. */
export type Paint = (style: PaintStyle, text: string) => string;

/** SGR parameters (ECMA-48): bold for headings, green, red, yellow in bold for verdicts. */
const CODES: Readonly<Record<PaintStyle, string>> = {
  good: '1;32',
  bad: '1;31',
  doubtful: '1;33',
  heading: '1',
};

/** Leaves every text as it is. */
export const plainPaint: Paint = (_, text) => text;

/** Colors by ANSI escape sequences. */
export const ansiPaint: Paint = (style, text) => `\u001B[${CODES[style]}m${text}\u001B[0m`;
