/** What a run made: a list beside the one that is looked at. */
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useMemo, useState } from "react";

import { contentOf, type Output, type OutputKey, previewQuery, wholeTextQuery } from "../../../api/outputs";
import { Choice } from "../../../components/Choice";
import { type RowsColumn, RowsTable } from "../../../components/RowsTable";
import { bytesText, countText, taskText } from "../../../domain/formats";
import { placeOf, RunLink } from "../links";
import { ColumnSummaries } from "./ColumnSummaries";
import { DataTable } from "./DataTable";
import { PART_ROWS } from "./grid";
import { insideOf, kindWord, sizeText } from "./inside";
import { valueOf, wantsWhole } from "./json";
import { JsonValue } from "./JsonValue";
import { type Kept, keptOf } from "./kept";
import { KeptContent } from "./KeptContent";
import { Picture } from "./Picture";
import { Schema } from "./Schema";
import "./outputs.css";

interface OutputPlace {
  dataset: string;
  mapIndex: number | null;
}

interface Props {
  run: string;
  /** The run still goes on. */
  live: boolean;
  outputs: readonly Output[];
  /** There are more than the page lists. */
  cut: boolean;
  selected: OutputPlace | undefined;
  onSelect: (place: OutputPlace) => void;
}

const keyOf = ({ dataset, map_index }: Output) => `${dataset}\n${map_index ?? ""}`;

export function OutputsView({ run, live, outputs, cut, selected, onSelect }: Props) {
  const [text, setText] = useState("");
  const kept = useMemo(() => {
    const sought = text.trim().toLowerCase();
    return sought === "" ? outputs : outputs.filter(({ dataset, task, label }) => `${dataset}\n${task}\n${label ?? ""}`.toLowerCase().includes(sought));
  }, [outputs, text]);
  const shown = outputs.find((output) => output.dataset === selected?.dataset && output.map_index === selected.mapIndex) ?? kept[0];
  if (outputs.length === 0) return <NothingMade live={live} />;
  return (
    <div className="pn-outputs">
      <div className="pn-outputs-list">
        <div className="pn-outputs-bar">
          <TextInput value={text} placeholder="Filter outputs" aria-label="Filter outputs" onChange={(event) => setText(event.currentTarget.value)} />
          <span className="pn-dim">{kept.length === outputs.length ? countText(outputs.length) : `${countText(kept.length)} of ${countText(outputs.length)}`}{cut ? "+" : ""}</span>
        </div>
        <RowsTable
          label="What the run made" columns={COLUMNS} rows={kept} keyOf={keyOf} selected={shown && keyOf(shown)} highest={10_000}
          onRow={(output) => onSelect({ dataset: output.dataset, mapIndex: output.map_index })} empty="No output has this text."
        />
      </div>
      {shown !== undefined && <Detail key={keyOf(shown)} run={run} output={shown} />}
    </div>
  );
}

/** Of an item its own name is what tells it from the others: that of the dataset gives way. */
function NameOf({ output: { dataset, map_index: index, label } }: { output: Output }) {
  if (index === null) return dataset;
  return <span className="pn-output-item"><bdi className="pn-cut">{dataset}</bdi><span className="pn-cut">[<bdi>{label ?? index}</bdi>]</span></span>;
}

const COLUMNS: RowsColumn<Output>[] = [
  { key: "dataset", title: "Dataset", width: "minmax(96px, 1.4fr)", cell: (output) => <button type="button" className="pn-plain" title={taskText(output.dataset, output.map_index, output.label)}><NameOf output={output} /></button> },
  { key: "kind", title: "Kind", width: "68px", cell: (output) => <KindOf output={output} /> },
  { key: "rows", title: "Rows", width: "72px", right: true, cell: (output) => countText(output.rows) },
  { key: "bytes", title: "Size", width: "64px", right: true, cell: (output) => bytesText(output.bytes) },
];

function KindOf({ output }: { output: Output }) {
  if (output.state === "gone" || output.state === "damaged") return <span className="pn-outputs-bad">{output.state}</span>;
  const kept = keptOf(output);
  if (kept === null) return kindWord(output);
  const word = kept.path === null ? "memory" : (kept.format ?? "file");
  return output.state === "changed" ? <span title="Its file was written again since this run">{word} <span className="pn-faint">changed</span></span> : word;
}

/** Kinds whose rows can be read without running anybody's code. */
const LOOKED_INTO: readonly string[] = ["table", "array"];

type Look = "rows" | "columns" | "schema";

function Detail({ run, output }: { run: string; output: Output }) {
  const of: OutputKey = { run, dataset: output.dataset, mapIndex: output.map_index };
  const [look, setLook] = useState<Look>("rows");
  const kept = keptOf(output);
  const ok = output.state === "ok" || output.state === "changed";
  // Of a file only a look into it tells whether it has rows; tables tell it by themselves.
  const first = useQuery({ ...previewQuery(of, 0, PART_ROWS), enabled: ok && output.kind === "file" && !output.picture }).data;
  const inside = insideOf(output, first);
  const size = sizeText(inside?.rows ?? output.rows, (inside?.columns ?? output.columns)?.length ?? null, inside?.cut);
  const table = inside !== null || (LOOKED_INTO.includes(output.kind) && output.columns !== null && output.rows !== null);
  const looks: readonly (readonly [Look, string])[] = inside === null ? [["rows", "Rows"], ["columns", "Columns"], ["schema", "Schema"]] : [["rows", "Rows"], ["schema", "Schema"]];
  return (
    <section className="pn-output" aria-label={output.dataset}>
      <header>
        <h2 className="pn-cut" title={output.dataset}>{taskText(output.dataset, output.map_index, output.label)}</h2>
        <p className="pn-dim">
          made by <RunLink run={run} tab="workflow" search={placeOf(output.task, output.map_index)} className="pn-link"><bdi>{taskText(output.task, output.map_index, output.label)}</bdi></RunLink>
          {kept !== null && <Whereabouts kept={kept} />}
          {" · "}<code>{kept?.type ?? output.python_type}</code> · {size !== "" && <>{size} · </>}{output.bytes === null ? "size not known" : bytesText(output.bytes)}
        </p>
        <div className="pn-output-bar">
          {table && ok && kept === null && <Choice label="What to show of the table" value={look} onChange={setLook} options={looks} />}
          <span className="pn-logs-gap" />
          {table && ok && kept === null && inside === null && <Button component="a" href={contentOf(of, { csv: true })} download leftSection={<Download size={14} aria-hidden />}>CSV</Button>}
          {ok && <Button component="a" href={contentOf(of)} download leftSection={<Download size={14} aria-hidden />}>File</Button>}
        </div>
      </header>
      {output.state === "changed" && <p className="pn-logs-note" role="status">This file was written again since this run: what is shown is what it holds now.</p>}
      {!ok ? <Absent output={output} /> : kept === null ? <Content of={of} output={inside === null ? output : { ...output, ...inside }} look={table ? look : undefined} /> : <KeptContent of={of} output={output} kept={kept} />}
    </section>
  );
}

function Whereabouts({ kept: { path, version } }: { kept: Kept }) {
  return <>{path !== null && <>{" · "}<code dir="ltr">{path}</code></>}{version !== null && <>{" · version "}<code>{version}</code></>}</>;
}

function Content({ of, output, look }: { of: OutputKey; output: Output; look: Look | undefined }) {
  const columns = output.columns ?? [];
  if (look === "schema") return <Schema columns={columns} />;
  if (look === "columns") return <ColumnSummaries of={of} />;
  if (look === "rows") return <DataTable of={of} columns={columns} total={output.rows ?? 0} />;
  if (output.picture) return <Picture of={of} />;
  if (output.value !== null && output.value !== undefined) return <div className="pn-json"><JsonValue value={output.value} /></div>;
  return <Text of={of} output={output} />;
}

/** What has no better form: text, or why there is none. */
function Text({ of, output }: { of: OutputKey; output: Output }) {
  const { data: begin, error, isPending } = useQuery(previewQuery(of, 0, PART_ROWS));
  const whole = useQuery({ ...wholeTextQuery(of), enabled: begin !== undefined && wantsWhole(output, begin) });
  const data = useMemo(() => (begin === undefined || whole.data === undefined ? begin : { ...begin, text: whole.data, cut: false }), [begin, whole.data]);
  const tree = useMemo(() => data && valueOf(output, data), [data, output]);
  if (error !== null) return <p className="pn-logs-note" role="alert">{error.message}</p>;
  if (isPending || whole.isLoading || data === undefined) return <p className="pn-outputs-wait">reading…</p>;
  if (tree !== undefined && typeof tree.value !== "string") return <div className="pn-json"><JsonValue value={tree.value} /></div>;
  if (data.text !== null && output.columns === null) {
    const text = typeof tree?.value === "string" ? tree.value : data.text;
    return <><pre className="pn-output-text" tabIndex={0} dir="auto">{text}</pre>{data.cut && <p className="pn-outputs-wait">The text goes on: the file has all of it.</p>}</>;
  }
  return (
    <>
      <p className="pn-outputs-wait">
        A value of type <code>{output.python_type}</code> has no preview: it was kept as a {output.kind}, which only Python can read. Its file can be downloaded.
      </p>
      {output.columns !== null && <Schema columns={output.columns} />}
    </>
  );
}

function Absent({ output }: { output: Output }) {
  if (output.state === "elsewhere") return <Elsewhere output={output} />;
  return (
    <div className="pn-none pn-output-absent" role="status">
      <h2>{output.state === "gone" ? "Its file is gone" : "Its file is damaged"}</h2>
      <p>
        {output.state === "gone" ? "What the run recorded of it is shown above; the file itself was removed." : "Its size is not the one that was recorded, so that it is not shown."}{" "}
        A new run of <strong>{output.task}</strong> makes it again.
      </p>
    </div>
  );
}

/** In memory, or at an address: what is known of it. */
function Elsewhere({ output }: { output: Output }) {
  const columns = output.columns ?? [];
  const path = keptOf(output)?.path ?? null;
  return (
    <>
      <p className="pn-outputs-wait" role="status">
        {path === null ? "It was in memory only, and went with the process of the run. To keep it, give it an entry in the catalogue." : <>It is kept at <code>{path}</code>, where this page does not look.</>}
      </p>
      {columns.length > 0 && <Schema columns={columns} />}
    </>
  );
}

function NothingMade({ live }: { live: boolean }) {
  return (
    <div className="pn-outputs-empty">
      <div className="pn-none">
        <h2>{live ? "Nothing was made so far" : "This run made nothing that is kept"}</h2>
        <p>What a task returns is kept under the task's name, and shown here: tables with their rows, figures as pictures, values as trees.</p>
        <pre>{"@pipeline.task\ndef orders() -> pd.DataFrame:\n    return pd.read_csv(\"orders.csv\")"}</pre>
      </div>
    </div>
  );
}
