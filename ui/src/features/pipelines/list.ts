/** The list of pipelines: which are shown, in which order. */
import type { Schemas } from "../../api/client";

export type Summary = Schemas["PipelineSummary"];
export type SortBy = "name" | "last" | "success" | "median" | "p95" | "runs";

/** Those of which name, namespace, description, a tag or a label holds all words. */
export function matching(items: readonly Summary[], text: string): Summary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...items];
  return items.filter((item) => {
    const labels = Object.entries(item.labels).map(([key, value]) => `${key}=${value}`);
    const all = [item.namespace, item.name, item.description, ...item.tags, ...labels].join("\n").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** By name the alphabet; by anything else the largest first (lowest success first: what needs care). What has no figure comes last. */
export function sorted(items: readonly Summary[], by: SortBy): Summary[] {
  const named = [...items].sort((one, other) => order.compare(place(one), place(other)));
  if (by === "name") return named;
  return named.sort((one, other) => figure(other, by) - figure(one, by) || 0);
}

const order = new Intl.Collator(undefined, { numeric: true });

function place({ namespace, name }: Summary): string {
  return `${namespace}\n${name}`;
}

function figure(item: Summary, by: SortBy): number {
  switch (by) {
    case "success":
      return item.success_rate === null ? -2 : -item.success_rate;
    case "median":
      return item.median_duration ?? -1;
    case "p95":
      return item.p95_duration ?? -1;
    case "runs":
      return item.runs_total;
    default:
      return Date.parse(item.recent.at(-1)?.created_at ?? "") || -1;
  }
}
