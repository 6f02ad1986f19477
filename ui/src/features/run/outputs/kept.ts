/** Outputs that the project keeps itself: how, as the run recorded it. */
import type { Output } from "../../../api/outputs";

export interface Kept {
  /** The class that loads and saves it. */
  type: string | null;
  /** null: in memory only. */
  path: string | null;
  version: string | null;
  /** csv, parquet, json, plotly ... */
  format: string | null;
}

/** null for what Penstock itself keeps. */
export function keptOf({ kind, value }: Pick<Output, "kind" | "value">): Kept | null {
  if (kind !== "dataset") return null;
  const told = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof told[name] === "string" ? told[name] : null);
  return { type: text("type"), path: text("path"), version: text("version"), format: text("format") };
}
