/** What tasks reported of themselves in both runs. */
import { useMemo } from "react";
import type { Comparison } from "../../api/comparison";
import { type RowsColumn, RowsTable } from "../../components/RowsTable";
import { figureText, taskText } from "../../domain/formats";
import { type MetricPair, type Side, timesText } from "./differences";

const keyOf = ({ task, map_index, label, name }: MetricPair) => [task, map_index, label, name].join("\n");

export function Metrics({ found, all }: { found: Comparison; all: boolean }) {
  const rows = useMemo(() => found.metrics.filter(({ same }) => all || !same), [found.metrics, all]);
  return <RowsTable label="Metrics" columns={COLUMNS} rows={rows} keyOf={keyOf} empty="Neither run has metrics." />;
}

const said = (side: Side): RowsColumn<MetricPair> => ({
  key: side, title: side === "first" ? "First" : "Second", width: side === "first" ? "minmax(92px, 1fr)" : "minmax(92px, 1.1fr)",
  cell: (pair) => {
    const value = pair[side];
    return value === null ? <span className="pn-faint">not told</span> : <span title={String(value)}>{figureText(value)}{pair.unit ? ` ${pair.unit}` : ""}</span>;
  },
});

const COLUMNS: readonly RowsColumn<MetricPair>[] = [
  { key: "metric", title: "Metric", width: "minmax(84px, 1.4fr)", cell: ({ task, map_index, label, name }) => <span title={`${taskText(task, map_index, label)}: ${name}`}><span className="pn-dim"><bdi>{taskText(task, map_index, label)}</bdi>: </span><bdi>{name}</bdi></span> },
  said("first"), said("second"),
  { key: "ratio", title: "Ratio", width: "minmax(120px, 1.4fr)", needs: "some", cell: ({ first, second }) => timesText(first, second) },
  { key: "change", title: "Change", width: "148px", right: true, needs: "some", cell: changeText },
];

function changeText({ first, second }: MetricPair): string {
  if (first === null || second === null || first === second) return "";
  return `${second > first ? "+" : "−"}${figureText(Math.abs(second - first))}`;
}
