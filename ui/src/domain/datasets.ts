import type { Schemas } from "../api/client";

/** What a definition knows of a dataset, as words and values. Nothing of one that only the runs keep. */
export function factsOfDataset({ type, layer, path, versioned }: Schemas["DatasetNode"]): [string, string][] {
  const facts: [string, string | null][] = [["Type", type], ["Layer", layer], ["Path", path], ["Versions", versioned ? "one for each save" : null]];
  return facts.flatMap(([word, value]) => (value === null ? [] : [[word, value]]));
}
