/** The tasks of a graph as a list: for keys, for readers, and to find one's way. The same selection as the picture. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { StateIcon } from "../../components/StateIcon";
import { lineOf, timeText } from "../../graph/scene/figures";
import type { TreeRow } from "./treeRows";

interface Props {
  rows: readonly TreeRow[];
  /** Id of the row that is selected. */
  selected: string | undefined;
  onPick: (row: TreeRow) => void;
  onFold: (key: string) => void;
  now: number;
}

const ROW = 28;

export function TaskTree({ rows, selected, onPick, onFold, now }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const name = useId();
  const [active, setActive] = useState<string | undefined>(selected);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => holder.current, estimateSize: () => ROW, overscan: 12 });
  const at = rows.findIndex((row) => row.id === active);
  useEffect(() => {
    const place = rows.findIndex((row) => row.id === selected);
    if (place < 0) return;
    setActive(selected);
    virtual.scrollToIndex(place);
    // Only a new selection scrolls, not rows that change.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [selected]);

  const go = (to: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, to))];
    if (row === undefined) return;
    setActive(row.id);
    virtual.scrollToIndex(rows.indexOf(row));
  };
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[at];
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at < 0 ? 0 : at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(rows.length - 1);
    else if (row === undefined) return;
    else if (event.key === "Enter" || event.key === " ") pick(row);
    else if (event.key === "ArrowRight" && row.kind === "group" && row.open === false) onFold(row.name);
    else if (event.key === "ArrowLeft" && row.kind === "group" && row.open === true) onFold(row.name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const pick = (row: TreeRow) => (row.kind === "group" ? onFold(row.name) : onPick(row));

  return (
    <div
      ref={holder} className="pn-tree" role="tree" aria-label="Tasks" tabIndex={0} onKeyDown={keys}
      aria-activedescendant={at >= 0 ? `${name}${at}` : undefined}
    >
      <div className="pn-tree-sheet" role="none" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          return (
            <div
              key={row.id} id={`${name}${item.index}`} role="treeitem" className="pn-tree-row" style={{ top: item.start, paddingLeft: indentOf(row) }} title={row.name}
              aria-level={row.level} aria-setsize={rows.length} aria-posinset={item.index + 1} aria-selected={row.id === selected} aria-expanded={row.open}
              data-kind={row.kind} data-group={row.kind === "group" || undefined} data-active={row.id === active || undefined}
              onClick={() => { setActive(row.id); pick(row); }}
            >
              <RowContent row={row} now={now} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** In pixels, as graph.css has it for the first level. */
function indentOf({ level }: TreeRow): number | undefined {
  return level === 1 ? undefined : 14 + 16 * Math.min(level - 1, 6);
}

function RowContent({ row, now }: { row: TreeRow; now: number }) {
  const { figure } = row;
  return (
    <>
      {row.kind === "group" && (row.open ? <ChevronDown size={13} aria-hidden /> : <ChevronRight size={13} aria-hidden />)}
      {figure?.state ? <StateIcon state={figure.state} size={14} /> : row.kind !== "group" && <span className="pn-tree-mark" />}
      <span className="pn-cut" dir="auto">{row.title}</span>
      <span className="pn-tree-line">{lineText(row, now)}</span>
    </>
  );
}

function lineText({ kind, figure, tasks }: TreeRow, now: number): string {
  if (figure === null || figure.state === null) return kind === "group" ? String(tasks ?? "") : "";
  if (kind === "group" || figure.counts !== null) return `${figure.done}/${figure.total}`;
  return timeText(figure, now) || (figure.progress === null ? "" : lineOf({ kind: "task", note: "" }, figure, now));
}
