/**
 * A unified diff as lines to draw: numbers on both sides, and of a line that was changed, which part of it.
 * Format: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html. Pure.
 */
export interface DiffLine {
  kind: "same" | "removed" | "added" | "gap";
  text: string;
  /** Numbers from 1; null where the side has no such line. */
  first: number | null;
  second: number | null;
  /** The part of the text that is not in the line which it replaces: from, up to. */
  changed: readonly [number, number] | null;
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const KINDS = { " ": "same", "-": "removed", "+": "added" } as const;
/** Lines that share less of their text than this are two lines, not one that was changed. */
const ALIKE = 0.3;

/** Lines between hunks are one `gap`. What is no line of a diff is left out. */
export function diffLines(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let [first, second] = [1, 1];
  for (const raw of diff.split("\n")) {
    const hunk = HUNK.exec(raw);
    if (hunk !== null) {
      [first, second] = [Number(hunk[1]), Number(hunk[3])];
      if (lines.length > 0 || Math.max(first, second) > 1) lines.push({ kind: "gap", text: "", first: null, second: null, changed: null });
      continue;
    }
    const kind = KINDS[raw[0] as keyof typeof KINDS] as (typeof KINDS)[keyof typeof KINDS] | undefined;
    if (kind === undefined) continue;
    lines.push({ kind, text: raw.slice(1), first: kind === "added" ? null : first, second: kind === "removed" ? null : second, changed: null });
    if (kind !== "added") first += 1;
    if (kind !== "removed") second += 1;
  }
  return withChanges(lines);
}

/** As many lines added as were removed right before them: each replaces its fellow. */
function withChanges(lines: readonly DiffLine[]): DiffLine[] {
  const marked = [...lines];
  for (let at = 0; at < lines.length;) {
    const removed = runOf(lines, at, "removed");
    const added = removed > 0 ? runOf(lines, at + removed, "added") : 0;
    for (let each = 0; removed === added && each < removed; each += 1) {
      const [one, other] = [at + each, at + removed + each];
      const parts = changedParts(lines[one]!.text, lines[other]!.text);
      if (parts === null) continue;
      marked[one] = { ...lines[one]!, changed: parts[0] };
      marked[other] = { ...lines[other]!, changed: parts[1] };
    }
    at += Math.max(1, removed + added);
  }
  return marked;
}

function runOf(lines: readonly DiffLine[], from: number, kind: DiffLine["kind"]): number {
  let length = 0;
  while (lines[from + length]?.kind === kind) length += 1;
  return length;
}

/** What is left of two texts without what both begin and end with; null where they have little in common. */
function changedParts(one: string, other: string): [[number, number], [number, number]] | null {
  const shorter = Math.min(one.length, other.length);
  let [begin, end] = [0, 0];
  while (begin < shorter && one[begin] === other[begin]) begin += 1;
  while (end < shorter - begin && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const indent = /^\s*/.exec(one)![0].length;
  const common = Math.max(0, begin - indent) + end;
  if (common < ALIKE * (Math.max(one.length, other.length) - indent)) return null;
  return [[begin, one.length - end], [begin, other.length - end]];
}
