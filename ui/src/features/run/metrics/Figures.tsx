/** What tasks reported with `run.metric`: a row for each figure, and its course when it is opened. */
import { useState } from "react";

import { RowsTable, type RowsColumn } from "../../../components/RowsTable";
import { bytesText, countText, durationText, figureText, taskText } from "../../../domain/formats";
import { Chart } from "./Chart";
import type { Figure } from "./series";

const FIGURES: RowsColumn<Figure>[] = [
  { key: "name", title: "Metric", width: "minmax(80px, 1.2fr)", cell: (figure) => <strong title={figure.name}>{figure.name}</strong> },
  { key: "task", title: "Task", width: "minmax(80px, 1.2fr)", cell: (figure) => <span title={figure.task}>{taskText(figure.task, figure.mapIndex, figure.label)}</span> },
  { key: "last", title: "Last", width: "minmax(88px, .7fr)", right: true, cell: (figure) => withUnit(figure.last, figure.unit) },
  { key: "range", title: "Range", width: "minmax(120px, 1fr)", right: true, needs: "some", cell: (figure) => (figure.dots.length < 2 ? <span className="pn-faint">one value</span> : `${figureText(figure.least)} – ${figureText(figure.most)}`) },
  { key: "count", title: "Values", width: "56px", right: true, needs: "some", cell: (figure) => countText(figure.dots.length) },
  { key: "line", title: "Over time", width: "minmax(96px, 160px)", needs: "some", cell: (figure) => <Line figure={figure} /> },
];

/** Where nothing was told more than once, there is no range and no shape. */
const TOLD_ONCE: RowsColumn<Figure>[] = FIGURES.slice(0, 3).map((column) => (column.key === "last" ? { ...column, title: "Value" } : column));

function withUnit(value: number, unit: string | null): string {
  return unit === "bytes" ? bytesText(value) : `${figureText(value)}${unit === null ? "" : ` ${unit}`}`;
}

export function Figures({ figures }: { figures: Figure[] }) {
  const [opened, setOpened] = useState<string>();
  const figure = figures.find(({ key }) => key === opened);
  return (
    <>
      <RowsTable label="What tasks reported" columns={figures.some(({ dots }) => dots.length > 1) ? FIGURES : TOLD_ONCE} rows={figures} keyOf={({ key }) => key} selected={opened} onRow={({ key }) => setOpened(key === opened ? undefined : key)} highest={354} />
      {figure !== undefined && figure.dots.length > 1 && (
        <div className="pn-card">
          <h3 className="pn-cut">{figure.name} <span className="pn-dim">{taskText(figure.task, figure.mapIndex, figure.label)}</span></h3>
          <Chart
            label={`${figure.name} over time, from ${figureText(figure.least)} to ${figureText(figure.most)}`} dots={figure.dots} from={figure.dots[0]?.x ?? 0} to={figure.dots.at(-1)?.x ?? 1}
            color="var(--pn-accent)" tell={(y) => withUnit(y, figure.unit)} tellTime={durationText} height={160}
          />
        </div>
      )}
    </>
  );
}

/** A line of 20 px in a row of the table: the shape, no figures. */
function Line({ figure: { dots, least, most } }: { figure: Figure }) {
  const [first, last] = [dots[0], dots.at(-1)];
  if (dots.length < 2 || first === undefined || last === undefined) return null;
  const step = Math.max(1, Math.floor(dots.length / 80));
  const places = dots.filter((_, at) => at % step === 0).map(({ x, y }) => `${(((x - first.x) / (last.x - first.x || 1)) * 100).toFixed(1)},${(18 - ((y - least) / (most - least || 1)) * 16).toFixed(1)}`);
  return <svg className="pn-line" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden><polyline points={places.join(" ")} /></svg>;
}

export function NoFigures() {
  return (
    <div className="pn-none">
      <p>No task of this run reported a figure. Tasks do so by one line, as often as they like:</p>
      <pre>{'from penstock import run\n\nrun.metric("rows kept", len(kept), unit="rows")'}</pre>
    </div>
  );
}
