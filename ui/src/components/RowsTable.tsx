/** A table of any number of rows of 32 px: plain elements, only those in view are drawn, heads that sort. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type CSSProperties, type ReactNode, type RefObject, useEffect, useRef } from "react";

import { bringInSight, ROW } from "./rows";
import "./rows.css";

export interface RowsColumn<Row> {
  key: string;
  title: string;
  /** A track of CSS grid: "minmax(160px, 2fr)", "88px". */
  width: string;
  right?: boolean;
  /** Left out where the table has less than 900 pixels ("much"), or 560 ("some"). */
  needs?: "some" | "much";
  /** Rows can be sorted by it. */
  sorts?: boolean;
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  label: string;
  columns: readonly RowsColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  sort?: { key: string; descending: boolean };
  onSort?: (key: string) => void;
  selected?: string | undefined;
  onRow?: (row: Row) => void;
  /** What can be done with a row is asked for at a point of the window. */
  onMenu?: (row: Row, x: number, y: number) => void;
  /** Pixels after which the table scrolls by itself. */
  highest?: number;
  /** Pixels below which it scrolls sideways. */
  narrowest?: number;
  empty?: ReactNode;
}

/** Fewer rows are all drawn. */
const FEW = 60;

export function RowsTable<Row>({ label, columns, rows, keyOf, sort, onSort, selected, onRow, onMenu, highest = 560, narrowest, empty }: Props<Row>) {
  const frame = useRef<HTMLDivElement>(null);
  const virtual = rows.length > FEW;
  // oxlint-disable-next-line react/incompatible-library -- its result stays within this component
  const virtualizer = useVirtualizer({ count: virtual ? rows.length : 0, getScrollElement: () => frame.current, estimateSize: () => ROW, overscan: 12 });
  useReveal(frame, selected === undefined ? -1 : rows.findIndex((row) => keyOf(row) === selected), selected);
  const shown = virtual ? virtualizer.getVirtualItems() : rows.map((_, index) => ({ index, start: index * ROW }));
  const tracks = (...left: RowsColumn<Row>["needs"][]) => columns.filter(({ needs }) => !left.includes(needs)).map(({ width }) => width).join(" ");
  const grid = { "--pn-rows-all": columns.map(({ width }) => width).join(" "), "--pn-rows-some": tracks("much"), "--pn-rows-few": tracks("much", "some") } as CSSProperties;
  return (
    <div ref={frame} className="pn-rows" role="table" aria-label={label} aria-rowcount={rows.length + 1} tabIndex={virtual || (rows.length + 1) * ROW > highest ? 0 : undefined} style={{ ...grid, maxHeight: highest }}>
      <div className="pn-rows-inner" style={{ minWidth: narrowest }}>
        <div className="pn-rows-head" role="row" aria-rowindex={1}>
          {columns.map((column) => <Head key={column.key} column={column} sort={sort} onSort={onSort} />)}
        </div>
        <div role="rowgroup" style={{ height: rows.length * ROW, position: "relative" }}>
          {shown.map(({ index, start }) => {
            const row = rows[index] as Row;
            const key = keyOf(row);
            return (
              <div
                key={key} className="pn-rows-row" role="row" aria-rowindex={index + 2} data-selected={key === selected || undefined} data-opens={onRow !== undefined || undefined}
                style={{ transform: `translateY(${start}px)` }} onClick={onRow && (() => onRow(row))}
                onContextMenu={onMenu && ((event) => {
                  event.preventDefault();
                  // A key asks too, from what has the focus: then there is no point.
                  const { left, bottom } = event.currentTarget.getBoundingClientRect();
                  onMenu(row, event.clientX || left + 24, event.clientY || bottom);
                })}
              >
                {columns.map((column) => (
                  <div key={column.key} role="cell" className="pn-rows-cell" data-right={column.right || undefined} data-needs={column.needs}>{column.cell(row)}</div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && empty !== undefined && <div className="pn-rows-empty">{empty}</div>}
    </div>
  );
}

/** A row that was selected elsewhere is scrolled to, within the table only. */
function useReveal(frame: RefObject<HTMLDivElement | null>, index: number, selected: string | undefined): void {
  useEffect(() => {
    const element = frame.current;
    if (element === null || index < 0) return;
    bringInSight(element, index, "elsewhere");
    // oxlint-disable-next-line react/exhaustive-deps -- rows that move while the selection stays are left where they are
  }, [frame, selected, index >= 0]);
}

function Head<Row>({ column, sort, onSort }: { column: RowsColumn<Row>; sort: Props<Row>["sort"]; onSort: Props<Row>["onSort"] }) {
  const way = sort?.key === column.key ? (sort.descending ? "descending" : "ascending") : undefined;
  const Arrow = way === "descending" ? ArrowDown : ArrowUp;
  return (
    <div role="columnheader" className="pn-rows-cell" data-right={column.right || undefined} data-needs={column.needs} aria-sort={column.sorts ? (way ?? "none") : undefined}>
      {column.sorts && onSort !== undefined
        ? <button type="button" onClick={() => onSort(column.key)}>{column.title}{way !== undefined && <Arrow size={12} aria-hidden />}</button>
        : column.title}
    </div>
  );
}
