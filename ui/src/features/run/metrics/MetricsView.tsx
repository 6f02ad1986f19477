/** What a run's tasks reported, and what they used. */
import { Button } from "@mantine/core";
import { type ReactNode, useMemo } from "react";

import type { Schemas } from "../../../api/client";
import { bytesText, countText, durationText } from "../../../domain/formats";
import { ByTask } from "./ByTask";
import { Figures, NoFigures } from "./Figures";
import { partsOf } from "./nodeParts";
import { NodeTimes } from "./NodeTimes";
import { OverTime } from "./OverTime";
import { figuresOf } from "./series";
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

function NothingYet() {
  return <div className="pn-none"><h2>Nothing ran yet</h2><p>As soon as a task starts, its CPU, memory and bytes appear here, and the figures that it reports.</p></div>;
}
