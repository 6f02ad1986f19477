/** What both runs made: rows, bytes, and of tables the columns that changed. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Comparison } from "../../api/comparison";
import { type RowsColumn, RowsTable } from "../../components/RowsTable";
import { bytesText, countText, taskText } from "../../domain/formats";
import { type OutputPair, outputDiffers, SIDES, type Side, timesText } from "./differences";
import { Bars, Value } from "./Pairs";
import style from "./compare.module.css";

/** A dataset, or below it one of its columns. */
interface Row {
  key: string;
  pair: OutputPair;
  column: OutputPair["columns"][number] | null;
}

export function Outputs({ found, all }: { found: Comparison; all: boolean }) {
  const rows = useMemo(() => rowsOf(found.outputs.filter((pair) => all || outputDiffers(pair))), [found.outputs, all]);
  const most = useMemo(() => rows.reduce((high, { pair }) => Math.max(high, ...SIDES.map((side) => pair[side]?.bytes ?? 0)), 0), [rows]);
  return <RowsTable label="Outputs" columns={columnsOf(found, most)} rows={rows} keyOf={(row) => row.key} empty="Neither run made anything." />;
}

function rowsOf(pairs: readonly OutputPair[]): Row[] {
  return pairs.flatMap((pair) => {
    const key = [pair.task, pair.map_index, pair.label, pair.dataset, pair.second === null].join("\n");
    return [{ key, pair, column: null }, ...pair.columns.map((column) => ({ key: `${key}\n${column.name}`, pair, column }))];
  });
}

function columnsOf(found: Comparison, most: number): RowsColumn<Row>[] {
  const made = (side: Side): RowsColumn<Row> => ({
    key: side, title: side === "first" ? "First" : "Second", width: side === "first" ? "minmax(92px, 1fr)" : "minmax(92px, 1.1fr)",
    cell: ({ pair, column }) => (column === null ? <Made pair={pair} side={side} run={found[side].id} /> : <Value value={column[side]} none="not in it" />),
  });
  return [
    { key: "dataset", title: "Dataset", width: "minmax(84px, 1.4fr)", cell: (row) => <Name row={row} /> },
    made("first"), made("second"),
    { key: "bars", title: "Bytes side by side", width: "minmax(120px, 1.4fr)", needs: "some", cell: ({ pair, column }) => column === null && <Bars first={pair.first?.bytes ?? null} second={pair.second?.bytes ?? null} most={most} /> },
    { key: "change", title: "Change", width: "148px", right: true, needs: "some", cell: ({ pair, column }) => (column === null ? <Grown pair={pair} /> : columnChange(column)) },
  ];
}

function Name({ row: { pair, column } }: { row: Row }) {
  if (column !== null) return <span className={style.column} title={`column ${column.name}`}><span className="pn-dim">column</span> <bdi>{column.name}</bdi></span>;
  const text = taskText(pair.dataset, pair.map_index, pair.label);
  return <bdi title={text === pair.task ? text : `${text}, by ${pair.task}`}>{text}</bdi>;
}

/** What a run made of it, which the link shows among that run's outputs. */
function Made({ pair, side, run }: { pair: OutputPair; side: Side; run: string }) {
  const made = pair[side];
  if (made === null) return <span className="pn-faint">not made</span>;
  const rows = made.rows === null ? null : `${countText(made.rows)} ${made.rows === 1 ? "row" : "rows"}`;
  const size = made.bytes === null ? "size unknown" : bytesText(made.bytes);
  return (
    <Link to="/runs/$runId/$tab" params={{ runId: run, tab: "outputs" }} search={{ dataset: pair.dataset }} className={style.went} title={[made.kind, rows, size, `in the ${side} run`].filter(Boolean).join(", ")}>
      {rows !== null && <span>{rows}</span>}<span className={rows === null ? undefined : style.word}>{size}</span>
    </Link>
  );
}

function Grown({ pair: { first, second } }: { pair: OutputPair }) {
  if (first === null || second === null) return null;
  if (first.kind !== second.kind) return <>{first.kind} to {second.kind}</>;
  const [rows, bytes] = [timesText(first.rows, second.rows), timesText(first.bytes, second.bytes)];
  return <span className={style.longer}>{rows !== "" && <span>{rows} rows</span>}{bytes !== "" && <span>{bytes} bytes</span>}</span>;
}

function columnChange({ first, second }: OutputPair["columns"][number]): string {
  return first === null ? "new" : second === null ? "gone" : "another type";
}
