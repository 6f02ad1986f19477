const cuts = new Map<string, string>();

/** A text that fits a width in the current font, with an ellipsis where it had to be cut. Remembered: measuring is slow. */
export function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${context.font}\n${Math.round(width)}\n${text}`;
  const known = cuts.get(key);
  if (known !== undefined) return known;
  if (cuts.size > 20_000) cuts.clear();
  const made = fitted(context, text, width);
  cuts.set(key, made);
  return made;
}

/** The first of several texts that fits a width whole; else the last of them, cut. */
export function fitting(context: CanvasRenderingContext2D, texts: readonly string[], width: number): string {
  const last = texts.at(-1) ?? "";
  return texts.find((text) => cut(context, text, width) === text) ?? cut(context, last, width);
}

/** Fonts have come: what was measured before is no longer so. */
export function forgetWidths(): void {
  cuts.clear();
}

function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const signs = Array.from(text);
  let [low, high] = [0, signs.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(`${signs.slice(0, middle).join("")}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : `${signs.slice(0, low).join("").trimEnd()}…`;
}
