/** What a look into a stored file has found. */
import type { Schemas } from "../../../api/client";
import type { Output } from "../../../api/outputs";
import { countText } from "../../../domain/formats";

type Preview = Schemas["OutputPreview"];

export interface Inside {
  rows: number;
  columns: Schemas["Column"][];
  /** There are more columns than it tells. */
  cut: boolean;
}

/** The rows of a file that is a table; null for other files, and for what is no file: the list tells of tables. */
export function insideOf(output: Pick<Output, "kind">, look: Preview | undefined): Inside | null {
  if (output.kind !== "file" || look === undefined || look.rows === null || look.columns === null) return null;
  return { rows: look.total ?? look.rows.length, columns: look.columns, cut: look.cut };
}

/** "400 rows × 4 columns", as far as it is known. */
export function sizeText(rows: number | null, columns: number | null, more = false): string {
  if (rows === null) return "";
  const of = (count: number, word: string, sign = "") => `${countText(count)}${sign} ${word}${count === 1 && sign === "" ? "" : "s"}`;
  return columns === null ? of(rows, "row") : `${of(rows, "row")} × ${of(columns, "column", more ? "+" : "")}`;
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/parquet/, "parquet"], [/arrow/, "arrow"], [/spreadsheetml/, "excel"], [/csv|tab-separated/, "csv"], [/markdown/, "markdown"], [/html/, "html"], [/jsonl?/, "json"], [/pdf/, "pdf"],
  [/zip/, "archive"], [/^text\//, "text"],
];

/** What kind of value it is, in a word: of a file what is in it, as far as its name says. */
export function kindWord({ kind, media_type, picture }: Pick<Output, "kind" | "media_type" | "picture">): string {
  if (kind !== "file") return kind;
  return picture ? "picture" : (WORDS.find(([pattern]) => pattern.test(media_type))?.[1] ?? kind);
}
