/** asciichart 1.5 brings no types; these are for what `plot.ts` uses. */
declare module 'asciichart' {
  interface PlotConfig {
    readonly min: number;
    readonly max: number;
    /** Lines, less one. */
    readonly height: number;
    /** Columns before the data, of which the last is the axis; a label takes the place of the first. */
    readonly offset: number;
    readonly format: (value: number) => string;
    /** Ten signs: first value, axis, two unused, then `─ ╰ ╭ ╮ ╯ │`. */
    readonly symbols: readonly string[];
  }
  const asciichart: {
    /** Throws on an empty series and on values that are not finite; `null` would plot as 0. */
    plot(series: readonly number[], config: PlotConfig): string;
  };
  export default asciichart;
}
