/** What is in a file that the project keeps: a picture, a table, a chart, a tree of JSON, or the beginning of a text. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";

import { contentOf, type Output, type OutputKey, previewQuery } from "../../../api/outputs";
import { parseJson } from "../../../domain/json";
import { DataTable } from "./DataTable";
import { PART_ROWS } from "./grid";
import { JsonValue } from "./JsonValue";
import type { Kept } from "./kept";
import { Picture } from "./Picture";

const FigureChart = lazy(() => import("./FigureChart"));

interface Props {
  of: OutputKey;
  output: Output;
  kept: Kept;
}

export function KeptContent({ of, output, kept }: Props) {
  if (output.picture) return <Picture of={of} />;
  return kept.format === "json" || kept.format === "plotly" ? <JsonFile of={of} output={output} chart={kept.format === "plotly"} /> : <Rows of={of} output={output} />;
}

function Rows({ of, output }: Pick<Props, "of" | "output">) {
  // Files of the project change: what they hold is asked for each time.
  const { data, error, isPending } = useQuery({ ...previewQuery(of, 0, PART_ROWS), staleTime: 0 });
  if (isPending) return <p className="pn-outputs-wait">reading…</p>;
  if (error !== null) return <p className="pn-logs-note" role="alert">{error.message}</p>;
  if (data.rows !== null && data.columns !== null) {
    // A wide table has more columns than one look shows; the run has recorded the names of all.
    const columns = data.cut ? (output.columns ?? data.columns) : data.columns;
    return <DataTable of={of} columns={columns} total={data.total ?? output.rows ?? data.rows.length} />;
  }
  return <><pre className="pn-output-text" tabIndex={0} dir="auto">{data.text}</pre>{data.cut && <p className="pn-outputs-wait">It goes on: the file has all of it.</p>}</>;
}

/** Bytes of a JSON file that is read whole. */
const WHOLE = 8_000_000;

function JsonFile({ of, output, chart }: Pick<Props, "of" | "output"> & { chart: boolean }) {
  const small = (output.bytes ?? 0) <= WHOLE;
  const { data, error } = useQuery({ queryKey: ["kept", of, output.bytes, output.state], queryFn: ({ signal }) => fileText(of, signal), enabled: small, retry: false });
  const read = useMemo(() => (data === undefined ? undefined : parsed(data)), [data]);
  if (!small || error !== null || (data !== undefined && read === undefined)) return <Rows of={of} output={output} />;
  if (read === undefined) return <p className="pn-outputs-wait">reading…</p>;
  const tree = <div className="pn-json"><JsonValue value={read.value} /></div>;
  return chart ? <Suspense fallback={<p className="pn-outputs-wait">reading…</p>}><FigureChart figure={read.value} otherwise={tree} /></Suspense> : tree;
}

async function fileText(of: OutputKey, signal: AbortSignal): Promise<string> {
  const answer = await fetch(contentOf(of), { signal });
  if (!answer.ok) throw new Error(`The file can't be read: ${answer.status}`);
  return await answer.text();
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: parseJson(text) };
  } catch {
    return undefined;
  }
}
