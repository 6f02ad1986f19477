/** A Python traceback in parts, so that the frames of the person's own code stand out. */

export interface Frame {
  kind: "frame";
  file: string;
  line: number;
  name: string;
  /** Source and its marks, as printed. */
  code: string[];
  /** Neither of the standard library nor of an installed package. */
  own: boolean;
}

/** Lines that are no frame: heads, messages, "During handling of the above exception …". */
interface Words {
  kind: "words";
  lines: string[];
}

export type Part = Frame | Words;

/* Also inside of exception groups, whose lines begin with bars. */
const FRAME = /^[\s|]*File "(.+)", line (\d+)(?:, in (.+))?$/;
const LIBRARY = /[\\/](?:site-packages|dist-packages)[\\/]|[\\/]lib(?:64)?[\\/]python\d|^<(?:frozen|string|stdin)/i;

export function partsOf(traceback: string): Part[] {
  const parts: Part[] = [];
  for (const line of traceback.replace(/\n+$/, "").split("\n")) {
    const found = FRAME.exec(line);
    const last = parts.at(-1);
    if (found) {
      const file = found[1] ?? "";
      parts.push({ kind: "frame", file, line: Number(found[2]), name: found[3] ?? "", code: [], own: !LIBRARY.test(file) });
    } else if (last?.kind === "frame" && isCode(line)) last.code.push(line.replace(/^[\s|]*?\s{4}/, ""));
    else if (last?.kind === "words") last.lines.push(line);
    else parts.push({ kind: "words", lines: [line] });
  }
  return parts;
}

function isCode(line: string): boolean {
  return /^[\s|]*\s{4}\S/.test(line);
}

/** The innermost frame of the person's own code: where to look first. */
export function culprit(parts: readonly Part[]): Frame | undefined {
  return parts.findLast((part): part is Frame => part.kind === "frame" && part.own);
}

/** Frames of libraries that follow each other, to fold them. */
export interface Fold {
  kind: "fold";
  frames: Frame[];
}

/** The same parts, with two or more library frames in a row folded, where any frame is the person's own. */
export function folded(parts: readonly Part[]): (Part | Fold)[] {
  if (culprit(parts) === undefined) return [...parts];
  const made: (Part | Fold)[] = [];
  for (const part of parts) {
    const last = made.at(-1);
    if (part.kind === "words" || part.own) made.push(part);
    else if (last?.kind === "fold") last.frames.push(part);
    else made.push({ kind: "fold", frames: [part] });
  }
  return made.map((part) => (part.kind === "fold" && part.frames.length === 1 && part.frames[0] ? part.frames[0] : part));
}

/** The end of a path that tells files apart: `…/shop/orders.py`. */
export function shortFile(file: string): string {
  const parts = file.split(/[\\/]/);
  return parts.length <= 3 ? file : `…/${parts.slice(-2).join("/")}`;
}
