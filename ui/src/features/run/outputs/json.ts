/** Values that are shown as a tree: what of them is to be read, and what they are. Pure. */
import type { Schemas } from "../../../api/client";
import type { Output } from "../../../api/outputs";
import { parseJson } from "../../../domain/json";

type Beginning = Pick<Schemas["OutputPreview"], "text" | "cut">;
type Told = Pick<Output, "kind" | "media_type" | "bytes">;

/** Bytes up to which the whole of a value is asked for when its beginning does not hold it. */
const MOST = 2_000_000;

/** Whether a tree can be shown once all of a value is read. */
export function wantsWhole(output: Told, { text, cut }: Beginning): boolean {
  return cut && isJson(output, text) && output.bytes !== null && output.bytes <= MOST;
}

/** The value that a text is; undefined for what is no JSON, or only a part of some. */
export function valueOf(output: Told, { text, cut }: Beginning): { value: unknown } | undefined {
  if (text === null || cut || !isJson(output, text)) return undefined;
  try {
    return { value: parseJson(text) };
  } catch {
    return undefined;
  }
}

/** A plain value, or a file with an object or a list. */
function isJson(output: Told, text: string | null): boolean {
  return output.kind === "json" || (output.media_type === "application/json" && /^\s*[[{]/.test(text ?? ""));
}
