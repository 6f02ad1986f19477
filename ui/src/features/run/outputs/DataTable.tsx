/** A table of any number of rows and columns: only what is seen is drawn, and loaded part by part. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { type CSSProperties, type ReactNode, type RefObject, useEffect, useMemo, useState } from "react";

import type { Schemas } from "../../../api/client";
import { type OutputKey, previewQuery } from "../../../api/outputs";
import { useReader } from "../logs/useReader";
import { countText } from "../../../domain/formats";
import { cellText, edgesOf, PART_ROWS, partsOf, seen, widthsOf } from "./grid";

const ROW = 26;
const HEAD = 42;
/** Pixels drawn beyond the left and right edge. */
const BEYOND = 400;

interface Props {
  of: OutputKey;
  columns: readonly Schemas["Column"][];
  total: number;
}

export function DataTable({ of, columns, total }: Props) {
  const first = useQuery(previewQuery(of, 0, PART_ROWS));
  const wide = Math.max(1, first.data?.columns?.length ?? 100);
  const edges = useMemo(() => {
    const sample = first.data?.rows ?? [];
    return edgesOf(widthsOf(columns.map(({ name }) => name), columns.map(({ type }) => type), sample));
  }, [columns, first.data]);
  const tie = useReader(total, ROW, false, HEAD);
  const [view, setView] = useState({ left: 0, width: 1_000 });
  useSideways(tie.element, setView);

  const rows = tie.reader.shown();
  const [from, to] = columns.length === 0 ? [0, -1] : seen(edges, Math.max(0, view.left - BEYOND), view.left + view.width + BEYOND);
  const parts = rows.last < rows.first || to < from ? [] : partsOf([rows.first, rows.last], [from, to], wide);
  const pages = useQueries({ queries: parts.map((part) => previewQuery(of, part.row, PART_ROWS, part.column)) });
  const failed = pages.find((page) => page.error !== null)?.error;

  const cellAt = (row: number, column: number): { value: unknown } | undefined => {
    const at = parts.findIndex((part) => row >= part.row && row < part.row + PART_ROWS && column >= part.column && column < part.column + wide);
    const found = pages[at]?.data?.rows?.[row % PART_ROWS];
    return found === undefined ? undefined : { value: found[column % wide] };
  };

  const width = edges.at(-1) ?? 0;
  const digits = { "--pn-data-numbers": `${Math.ceil(Math.max(3, countText(total).length) * 7.3) + 22}px` } as CSSProperties;
  return (
    <div className="pn-data" style={digits}>
      {failed !== undefined && failed !== null && <div role="alert" className="pn-logs-note">{failed.message}</div>}
      <div ref={tie.frame} className="pn-data-frame" role="table" aria-label={`Rows of ${of.dataset}`} aria-rowcount={total + 1} aria-colcount={columns.length} tabIndex={0}>
        <div className="pn-data-head" role="row" aria-rowindex={1} style={{ width: `calc(${width}px + var(--pn-data-numbers))` }}>
          <div className="pn-data-number" role="columnheader"><span className="pn-unseen">Row</span></div>
          {range(from, to).map((at) => (
            <div key={at} role="columnheader" aria-colindex={at + 1} className="pn-data-name" style={place(edges, at)} title={`${columns[at]?.name}: ${columns[at]?.type}`}>
              <strong>{columns[at]?.name}</strong><span>{columns[at]?.type}</span>
            </div>
          ))}
        </div>
        {total === 0 && <p className="pn-data-none">This table has no rows.</p>}
        <div style={{ height: tie.reader.scale.height, width: `calc(${width}px + var(--pn-data-numbers))`, position: "relative" }}>
          <div ref={tie.rows} className="pn-data-rows" role="rowgroup" style={{ transform: `translateY(${rows.y}px)` }}>
            {range(rows.first, rows.last).map((row) => (
              <div key={row} role="row" aria-rowindex={row + 2} className="pn-data-row">
                <div role="rowheader" className="pn-data-number">{countText(row)}</div>
                {range(from, to).map((column) => <Cell key={column} at={column} edges={edges} found={cellAt(row, column)} />)}
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

function Cell({ at, edges, found }: { at: number; edges: readonly number[]; found: { value: unknown } | undefined }): ReactNode {
  if (found === undefined) return <div role="cell" className="pn-data-cell" style={place(edges, at)} data-absent />;
  const text = cellText(found.value);
  return (
    <div role="cell" aria-colindex={at + 1} className="pn-data-cell" style={place(edges, at)} title={typeof found.value === "number" ? String(found.value) : text} data-kind={kindOf(found.value)}>
      {text}
    </div>
  );
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value === "bigint" ? "number" : typeof value;
}

function place(edges: readonly number[], at: number): CSSProperties {
  return { left: `calc(${edges[at] ?? 0}px + var(--pn-data-numbers))`, width: (edges[at + 1] ?? 0) - (edges[at] ?? 0) };
}

function range(from: number, to: number): number[] {
  return to < from ? [] : Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function useSideways(frame: RefObject<HTMLDivElement | null>, set: (view: { left: number; width: number }) => void) {
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    let known = { left: -1, width: -1 };
    const look = () => {
      if (known.left === element.scrollLeft && known.width === element.clientWidth) return;
      known = { left: element.scrollLeft, width: element.clientWidth };
      set(known);
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [frame, set]);
}
