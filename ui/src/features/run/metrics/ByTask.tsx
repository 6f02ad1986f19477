/** What each task used, in the order that one chooses. */
import { type ReactNode, useMemo, useState } from "react";

import { RowsTable, type RowsColumn } from "../../../components/RowsTable";
import { bytesText, countText, durationText, taskText } from "../../../domain/formats";
import type { TaskUse } from "./shares";

export function ByTask({ uses, onTask }: { uses: readonly TaskUse[]; onTask: (task: string) => void }) {
  const [sort, setSort] = useState<{ key: keyof TaskUse & string; descending: boolean }>({ key: "memory", descending: true });
  const most = uses.reduce((high, use) => Math.max(high, use.memory ?? 0), 0);
  const rows = useMemo(() => {
    const way = sort.descending ? -1 : 1;
    if (sort.key === "task") return uses.toSorted((one, other) => way * one.task.localeCompare(other.task));
    const of = (use: TaskUse) => use[sort.key] as number | null;
    return uses.toSorted((one, other) => {
      const [a, b] = [of(one), of(other)];
      return a === null || b === null ? (a === null ? 1 : 0) - (b === null ? 1 : 0) : way * (a - b);
    });
  }, [uses, sort]);
  const figure = (key: keyof TaskUse & string, title: string, cell: (use: TaskUse) => ReactNode, needs?: "some" | "much"): RowsColumn<TaskUse> =>
    ({ key, title, width: "minmax(72px, .6fr)", right: true, sorts: true, ...(needs && { needs }), cell });
  const columns: RowsColumn<TaskUse>[] = [
    { key: "task", title: "Task", width: "minmax(88px, 1.6fr)", sorts: true, cell: (use) => <button type="button" className="pn-plain pn-link" onClick={() => onTask(use.task)}>{taskText(use.task, use.mapIndex, use.label)}</button> },
    { key: "memory", title: "Peak memory", width: "minmax(104px, 1fr)", sorts: true, cell: (use) => <Share value={use.memory} most={most} /> },
    figure("duration", "Duration", (use) => durationText(use.duration)),
    figure("cpu", "CPU time", (use) => durationText(use.cpu), "some"),
    figure("busy", "Cores busy", (use) => (use.busy === null ? "–" : use.busy.toFixed(2)), "much"),
    figure("read", "Read", (use) => bytesText(use.read), "some"),
    figure("written", "Written", (use) => bytesText(use.written), "some"),
    figure("rows", "Rows", (use) => countText(use.rows), "some"),
    figure("rowsPerSecond", "Rows/s", (use) => (use.rowsPerSecond === null ? "–" : countText(Math.round(use.rowsPerSecond))), "much"),
  ];
  return (
    <RowsTable
      label="What tasks used" columns={columns} rows={rows} keyOf={(use) => `${use.task}/${use.mapIndex ?? ""}`} sort={sort}
      onSort={(key) => setSort({ key: key as keyof TaskUse & string, descending: sort.key === key ? !sort.descending : key !== "task" })}
    />
  );
}

function Share({ value, most }: { value: number | null; most: number }) {
  if (value === null) return <span className="pn-faint">not measured</span>;
  return <span className="pn-share"><span className="pn-share-bar"><span style={{ width: `${most === 0 ? 0 : (value / most) * 100}%` }} /></span>{bytesText(value)}</span>;
}
