import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, Play, TriangleAlert } from "lucide-react";
import { memo, useRef } from "react";
import { useKeptScroll } from "../../components/kept";
import { StateIcon } from "../../components/StateIcon";
import { Ago } from "../../components/When";
import { countText, durationText, momentText } from "../../domain/formats";
import { calledOf } from "../../domain/names";
import type { SortBy, Summary } from "./list";
import { RunBars } from "./RunBars";
import style from "./pipelines.module.css";

const ROW = 44;
const HEADS: readonly { title: string; by?: SortBy; right?: boolean }[] = [
  { title: "Pipeline", by: "name" }, { title: "Last runs" }, { title: "Last run", by: "last" }, { title: "Success", by: "success", right: true },
  { title: "Median", by: "median", right: true }, { title: "95 %", by: "p95", right: true }, { title: "Runs", by: "runs", right: true }, { title: "Next run" }, { title: "" },
];

interface Props {
  items: readonly Summary[];
  by: SortBy;
  onSort: (by: SortBy) => void;
}

/** Pipelines in rows; only those in view are drawn. */
export function PipelineRows({ items, by, onSort }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- its result stays within this component
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => frame.current, estimateSize: () => ROW, overscan: 8 });
  useKeptScroll(frame, items.length > 0);
  const due = items.some((item) => item.next_run_at !== null);
  return (
    <div className={due ? style.scroll : `${style.scroll} ${style.undue}`} ref={frame} tabIndex={0} role="table" aria-label="Pipelines" aria-rowcount={items.length + 1}>
      <div className={style.head} role="row" aria-rowindex={1}>
        {HEADS.map((head) => <Head key={head.title} {...head} sorts={head.by === by} onSort={onSort} />)}
      </div>
      <div role="rowgroup" style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const item = items[index]!;
          return (
            <div key={`${item.namespace}\n${item.name}`} className={style.row} role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${start}px)` }}>
              <Row item={item} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Head({ title, by, right, sorts, onSort }: { title: string; by?: SortBy; right?: boolean; sorts: boolean; onSort: (by: SortBy) => void }) {
  const Arrow = by === "name" || by === "success" ? ArrowUp : ArrowDown;
  return (
    <span role="columnheader" data-right={right} aria-sort={by === undefined ? undefined : sorts ? (Arrow === ArrowUp ? "ascending" : "descending") : "none"}>
      {by === undefined ? (title === "" ? <span className="pn-unseen">What can be done</span> : title)
        : <button type="button" onClick={() => onSort(by)}>{title}{sorts && <Arrow size={12} aria-hidden />}</button>}
    </span>
  );
}

const Row = memo(function Row({ item }: { item: Summary }) {
  const last = item.recent.at(-1);
  return (
    <>
      <Name item={item} />
      <span role="cell">{item.recent.length === 0 ? <span className="pn-faint">never ran</span> : <RunBars runs={item.recent} most={14} passed />}</span>
      <span role="cell" className={style.last}>{last !== undefined && <><StateIcon state={last.state} size={14} /><Ago at={last.created_at} /></>}</span>
      <Figure text={item.success_rate === null ? null : `${Math.round(item.success_rate * 100)} %`} title="of the last 100 runs that are over" />
      <Figure text={item.median_duration === null ? null : durationText(item.median_duration)} title="half of the succeeded runs took less" />
      <Figure text={item.p95_duration === null ? null : durationText(item.p95_duration)} title="19 of 20 succeeded runs took less" />
      <Figure text={countText(item.runs_total)} />
      <span role="cell" className="pn-cut">{item.next_run_at === null ? <span className="pn-faint">–</span> : momentText(item.next_run_at)}</span>
      <span role="cell" className={style.act}>
        {item.present && (
          <Link to="/pipelines/$name/$tab" params={{ name: item.name, tab: "overview" }} search={{ namespace: item.namespace, run: "now" }} className={style.run} aria-label={`Run ${item.name} now`} title="Run now">
            <Play size={14} aria-hidden />
          </Link>
        )}
      </span>
    </>
  );
});

function Name({ item }: { item: Summary }) {
  const called = calledOf(item.namespace, item.name);
  return (
    <span role="cell" className={style.name}>
      <span className={style.title}>
        <Link to="/pipelines/$name/$tab" params={{ name: item.name, tab: "overview" }} search={{ namespace: item.namespace }} className="pn-cut" title={`${item.namespace} / ${item.name}`}>
          {called.before !== null && <span className="pn-faint"><bdi>{called.before}</bdi> / </span>}<bdi>{called.name}</bdi>
        </Link>
        {item.problem !== null && <span className={style.broken} title={item.problem.message}><TriangleAlert size={13} aria-hidden /> can’t be read</span>}
        {item.tags.length > 0 && <span className={style.tags}>{item.tags.slice(0, 3).map((tag) => <span key={tag} className={style.chip}>{tag}</span>)}</span>}
      </span>
      <span className={`${style.about} pn-cut`} title={item.description}>{!item.present && <span className={style.gone}>not in the project now · </span>}{item.description || `${countText(item.tasks)} ${item.tasks === 1 ? "task" : "tasks"}`}</span>
    </span>
  );
}

function Figure({ text, title }: { text: string | null; title?: string }) {
  return <span role="cell" data-right title={title}>{text ?? <span className="pn-faint">–</span>}</span>;
}
