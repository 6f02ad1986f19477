/** What a run's tasks reported, and what they used. */
import { Button } from "@mantine/core";
import { type ReactNode, useMemo, useState } from "react";

import type { Schemas } from "../../../api/client";
import { Choice } from "../../../components/Choice";
import { RowsTable, type RowsColumn } from "../../../components/RowsTable";
import { bytesText, countText, durationText, figureText, taskText } from "../../../domain/formats";
import { Chart } from "./Chart";
import { partsOf } from "./nodeParts";
import { NodeTimes } from "./NodeTimes";
import { type Figure, figuresOf, roundUp, type Usage, usageOf } from "./series";
import { type TaskUse, usesOf, wholeOf } from "./shares";
import "./metrics.css";

type Run = Schemas["RunDocument"];

interface Props {
  run: Run;
  metrics: Schemas["RunMetrics"];
  /** Only this task is shown, when one is selected. */
  task: string | undefined;
  onTask: (task: string | undefined) => void;
}

export function MetricsView({ run, metrics, task, onTask }: Props) {
  const start = Date.parse(run.started_at ?? run.created_at);
  const uses = useMemo(() => usesOf(run.tasks), [run.tasks]);
  const kept = useMemo(() => (task === undefined ? uses : uses.filter((use) => use.task === task)), [uses, task]);
  const figures = useMemo(() => figuresOf(metrics.points, start).filter((figure) => task === undefined || figure.task === task), [metrics.points, start, task]);
  const { nodes, others } = useMemo(() => partsOf(run.tasks, figures), [run.tasks, figures]);
  if (uses.length === 0) return <NothingYet />;
  return (
    <div className="pn-metrics">
      {task !== undefined && (
        <p className="pn-metrics-only">Only <strong>{task}</strong>. <Button size="compact-xs" onClick={() => onTask(undefined)}>Show all tasks</Button></p>
      )}
      <Tiles uses={kept} />
      {nodes.length > 0 && <Section title="Where nodes spent their time"><NodeTimes nodes={nodes} onTask={onTask} /></Section>}
      {(nodes.length === 0 || others.length > 0) && (
        <Section title="What tasks reported">
          {others.length === 0 ? <NoFigures /> : <Figures figures={others} />}
        </Section>
      )}
      <Section title="CPU and memory over time">
        <OverTime series={metrics.series} start={start} task={task} />
        {metrics.cut && <p className="pn-dim">There are more points than fit here; peaks and sums below count all of them.</p>}
      </Section>
      <Section title="By task"><ByTask uses={kept} onTask={onTask} /></Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return <section className="pn-section"><h2>{title}</h2>{children}</section>;
}

function Tiles({ uses }: { uses: readonly TaskUse[] }) {
  const whole = wholeOf(uses);
  const tiles: [string, string, string | null][] = [
    ["Peak memory", bytesText(whole.memory), whole.memoryOf],
    ["CPU time", durationText(whole.cpu), null],
    ["Read", bytesText(whole.read), null],
    ["Written", bytesText(whole.written), null],
    ["Rows made", countText(whole.rows), null],
  ];
  return (
    <dl className="pn-tiles">
      {tiles.map(([name, value, note]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd>{note !== null && <dd className="pn-tile-note pn-cut" title={note}>{note}</dd>}</div>
      ))}
    </dl>
  );
}

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

function Figures({ figures }: { figures: Figure[] }) {
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

type Order = "memory" | "cpu" | "start";
const FIRST = 12;

interface Card {
  key: string;
  title: string;
  usage: Usage;
  memory: number;
  cpu: number;
  start: number;
  end: number;
}

/** Small charts side by side, one card for each attempt, on axes that they share. */
function OverTime({ series, start, task }: { series: Schemas["RunMetrics"]["series"]; start: number; task: string | undefined }) {
  const [order, setOrder] = useState<Order>("memory");
  const [all, setAll] = useState(false);
  const cards = useMemo(() => series.filter((each) => (task === undefined || each.task === task) && each.samples.length > 0).map((each) => cardOf(each, start)), [series, start, task]);
  const sorted = useMemo(() => cards.toSorted((one, other) => (order === "start" ? one.start - other.start : other[order] - one[order])), [cards, order]);
  if (cards.length === 0) {
    return <p className="pn-dim">No attempt ran long enough to be looked at: CPU and memory are read about once a second. Peaks and sums are below.</p>;
  }
  const memory = roundUp(cards.reduce((most, card) => Math.max(most, card.memory), 0));
  const cpu = roundUp(cards.reduce((most, card) => Math.max(most, card.cpu), 0.1));
  const shown = all ? sorted : sorted.slice(0, FIRST);
  return (
    <>
      <div className="pn-metrics-bar">
        <Choice label="Order of attempts" value={order} onChange={setOrder} options={[["memory", "Most memory"], ["cpu", "Most CPU"], ["start", "First to start"]]} />
        <span className="pn-dim">{cards.length === 1 ? "1 attempt" : `${countText(cards.length)} attempts`}, all on one scale</span>
      </div>
      <div className="pn-cards">
        {shown.map((card) => (
          <article key={card.key} className="pn-card">
            <h3 className="pn-cut" title={card.title}>{card.title}</h3>
            <div className="pn-card-name">CPU, cores</div>
            <Chart label={`CPU of ${card.title}, at most ${figureText(card.cpu)} cores`} dots={card.usage.cpu} from={card.start} to={card.end} top={cpu} color="var(--pn-state-running)" filled tell={figureText} tellTime={durationText} height={48} />
            <div className="pn-card-name">Memory</div>
            <Chart label={`Memory of ${card.title}, at most ${bytesText(card.memory)}`} dots={card.usage.memory} from={card.start} to={card.end} top={memory} color="var(--pn-state-skipped)" filled tell={bytesText} tellTime={durationText} height={48} />
            <Traffic usage={card.usage} card={card} />
          </article>
        ))}
      </div>
      {shown.length < sorted.length && <Button onClick={() => setAll(true)}>Show all {countText(sorted.length)} attempts</Button>}
    </>
  );
}

/** Bytes by second, where there were any. */
function Traffic({ usage, card }: { usage: Usage; card: Card }) {
  const kinds = ([["Read", usage.read], ["Written", usage.written]] as const).filter(([, dots]) => dots.some(({ y }) => y > 0));
  return kinds.map(([name, dots]) => (
    <div key={name}>
      <div className="pn-card-name">{name}, by second</div>
      <Chart label={`${name} of ${card.title}`} dots={dots} from={card.start} to={card.end} color="var(--pn-state-succeeded)" tell={(y) => `${bytesText(y)}/s`} tellTime={durationText} height={32} />
    </div>
  ));
}

function cardOf(series: Schemas["SampleSeries"], start: number): Card {
  const usage = usageOf(series.samples, start);
  const title = `${taskText(series.task, series.map_index, series.label)}${series.attempt > 1 ? ` · attempt ${series.attempt}` : ""}`;
  const times = usage.memory.map(({ x }) => x);
  return {
    key: `${series.task}/${series.map_index ?? ""}/${series.generation}/${series.attempt}`, title, usage,
    memory: usage.memory.reduce((most, { y }) => Math.max(most, y), 0), cpu: usage.cpu.reduce((most, { y }) => Math.max(most, y), 0),
    start: times[0] ?? 0, end: times.at(-1) ?? 0,
  };
}

function ByTask({ uses, onTask }: { uses: readonly TaskUse[]; onTask: (task: string) => void }) {
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

function NothingYet() {
  return <div className="pn-none"><h2>Nothing ran yet</h2><p>As soon as a task starts, its CPU, memory and bytes appear here, and the figures that it reports.</p></div>;
}

function NoFigures() {
  return (
    <div className="pn-none">
      <p>No task of this run reported a figure. Tasks do so by one line, as often as they like:</p>
      <pre>{'from penstock import run\n\nrun.metric("rows kept", len(kept), unit="rows")'}</pre>
    </div>
  );
}
