/** CPU and memory over time: small charts side by side, one card for each attempt, on axes that they share. */
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";

import type { Schemas } from "../../../api/client";
import { Choice } from "../../../components/Choice";
import { bytesText, countText, durationText, figureText, taskText } from "../../../domain/formats";
import { Chart } from "./Chart";
import { roundUp, type Usage, usageOf } from "./series";

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

export function OverTime({ series, start, task }: { series: Schemas["RunMetrics"]["series"]; start: number; task: string | undefined }) {
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
