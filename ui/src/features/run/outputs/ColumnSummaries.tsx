/** What is in each column of a table: gaps, different values, bounds, and how values are spread. */
import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { memo } from "react";

import type { Schemas } from "../../../api/client";
import { type OutputKey, tableSummaryQuery } from "../../../api/outputs";
import { countText, figureText } from "../../../domain/formats";
import { cellText } from "./grid";

export function ColumnSummaries({ of }: { of: OutputKey }) {
  const { data, error } = useQuery(tableSummaryQuery(of));
  if (error !== null) return <p role="alert" className="pn-logs-note">{error.message}</p>;
  if (data === undefined) return <p className="pn-outputs-wait"><Loader size="xs" /> reading the columns…</p>;
  return (
    <div className="pn-columns-frame">
      {data.rows_read < data.rows && (
        <p className="pn-dim">From {countText(data.rows_read)} of {countText(data.rows)} rows, taken from all over the table.</p>
      )}
      <ul className="pn-columns">{data.columns.map((column) => <Column key={column.name} column={column} rows={data.rows_read} />)}</ul>
      {data.cut && <p className="pn-dim">There are more columns than can be looked at in two seconds; the first {countText(data.columns.length)} are shown.</p>}
    </div>
  );
}

const Column = memo(function Column({ column, rows }: { column: Schemas["ColumnSummary"]; rows: number }) {
  const { name, type, nulls, distinct, min, max, mean, bins } = column;
  const facts: [string, string][] = [];
  if (nulls > 0) facts.push(["missing", `${countText(nulls)} (${share(nulls, rows)})`]);
  if (distinct !== null) facts.push(["different", countText(distinct)]);
  if (min !== null) facts.push(["least", valueText(min)]);
  if (max !== null) facts.push(["most", valueText(max)]);
  if (mean !== null) facts.push(["mean", figureText(mean)]);
  return (
    <li className="pn-column">
      <h3 className="pn-cut" title={name}>{name} <span className="pn-dim">{type}</span></h3>
      <Bins bins={bins} />
      {nulls > 0 && <div className="pn-column-gap" title={`${share(nulls, rows)} missing`}><span style={{ width: `${(nulls / Math.max(1, rows)) * 100}%` }} /></div>}
      <dl>{facts.map(([word, value]) => <div key={word}><dt>{word}</dt><dd className="pn-cut" title={value}>{value}</dd></div>)}</dl>
    </li>
  );
});

/** Ranges as bars side by side; single values, where they are few, as bars below each other with their names. */
function Bins({ bins }: { bins: readonly Schemas["Bin"][] }) {
  const most = bins.reduce((high, bin) => Math.max(high, bin.count), 0);
  if (most === 0) return <div className="pn-bins-none">nothing to draw</div>;
  const ranges = bins.length > 1 && bins.some((bin) => bin.label.includes(" – "));
  if (!ranges) {
    return (
      <ol className="pn-tops">
        {bins.slice(0, 5).map((bin) => (
          <li key={bin.label}><span className="pn-cut" title={bin.label}>{bin.label === "" ? "(empty)" : bin.label}</span><span className="pn-tops-bar"><span style={{ width: `${(bin.count / most) * 100}%` }} /></span><span>{countText(bin.count)}</span></li>
        ))}
      </ol>
    );
  }
  return (
    <div className="pn-bins" role="img" aria-label={`${bins.length} ranges from ${bins[0]?.label ?? ""} to ${bins.at(-1)?.label ?? ""}`}>
      {bins.map((bin, at) => <span key={at} title={`${bin.label}: ${countText(bin.count)}`}><i style={{ height: `${bin.count === 0 ? 0 : Math.max(3, (bin.count / most) * 100)}%` }} /></span>)}
    </div>
  );
}

function share(part: number, whole: number): string {
  const percent = (part / Math.max(1, whole)) * 100;
  return percent > 0 && percent < 0.1 ? "< 0.1 %" : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

function valueText(value: unknown): string {
  return typeof value === "number" ? figureText(value) : cellText(value);
}
