/** How each task went in both runs. */
import { TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type RefObject, useMemo } from "react";
import type { Comparison } from "../../api/comparison";
import { Choice } from "../../components/Choice";
import { type RowsColumn, RowsTable } from "../../components/RowsTable";
import { StateIcon } from "../../components/StateIcon";
import { countText, durationText } from "../../domain/formats";
import { isOver, STATE_LOOK, stateText } from "../../domain/states";
import { clearlyOther, type Side, timesText } from "./differences";
import { Bars } from "./Pairs";
import { Longer } from "./Sides";
import { durationOf, longestOf, type TaskListing, type TaskOrder, type TaskRow, taskRows } from "./tasks";
import style from "./compare.module.css";

interface Props {
  found: Comparison;
  listing: TaskListing;
  onText: (text: string) => void;
  onOrder: (order: TaskOrder) => void;
  field: RefObject<HTMLInputElement | null>;
}

const ORDERS = [["change", "Largest change"], ["definition", "Definition"]] as const;

export function Tasks({ found, listing, onText, onOrder, field }: Props) {
  const rows = useMemo(() => taskRows(found.tasks, listing), [found.tasks, listing]);
  const most = useMemo(() => longestOf(rows), [rows]);
  return (
    <>
      <div className={style.bar}>
        <TextInput ref={field} value={listing.text} placeholder="Filter tasks" aria-label="Filter tasks" onChange={(event) => onText(event.currentTarget.value)} />
        <Choice label="Order of tasks" value={listing.order} options={ORDERS} onChange={onOrder} />
        <span className="pn-dim" role="status">{listing.text.trim() !== "" && `${countText(rows.length)} fit`}</span>
      </div>
      <RowsTable
        label="Tasks" columns={columnsOf(found, most)} rows={rows} keyOf={(row) => row.key}
        empty={listing.text.trim() !== "" ? "No task fits." : listing.all ? "Neither run has tasks." : "No task ended otherwise, or took clearly longer or shorter."}
      />
    </>
  );
}

function columnsOf(found: Comparison, most: number): RowsColumn<TaskRow>[] {
  const went = (side: Side): RowsColumn<TaskRow> => ({
    key: side, title: side === "first" ? "First" : "Second", width: side === "first" ? "minmax(92px, 1fr)" : "minmax(92px, 1.1fr)", cell: (row) => <Went row={row} side={side} run={found[side].id} />,
  });
  return [
    { key: "task", title: "Task", width: "minmax(84px, 1.4fr)", cell: (row) => <bdi title={row.name}>{row.name}</bdi> },
    went("first"), went("second"),
    { key: "bars", title: "Side by side", width: "minmax(120px, 1.4fr)", needs: "some", cell: ({ pair }) => <Bars first={durationOf(pair, "first")} second={durationOf(pair, "second")} most={most} /> },
    { key: "change", title: "Change", width: "148px", right: true, needs: "some", cell: ({ pair }) => <Longer first={durationOf(pair, "first")} second={durationOf(pair, "second")} /> },
  ];
}

/** The task as it went in one run, which the link shows in that run's workflow. */
function Went({ row: { pair }, side, run }: { row: TaskRow; side: Side; run: string }) {
  const went = pair[side];
  if (went === null) return <span className="pn-faint">not in it</span>;
  const state = stateText(went.state, went.reason === "user_error" ? null : went.reason);
  const tries = went.attempts > 1 ? `${countText(went.attempts)} attempts` : null;
  const lasted = went.duration === null ? (isOver(went.state) ? "" : "…") : durationText(went.duration);
  return (
    <Link
      to="/runs/$runId/$tab" params={{ runId: run, tab: "workflow" }} search={{ task: pair.task, ...(went.map_index === null ? {} : { map: went.map_index }) }}
      className={style.went} title={[state, lasted, tries, `in the ${side} run`].filter(Boolean).join(", ")}
    >
      <StateIcon state={went.state} size={14} silent />
      <span className={style.word} style={went.state === "succeeded" ? undefined : { color: `var(${STATE_LOOK[went.state].color})` }}>{state}</span>
      <span>{lasted}</span>
      {side === "second" && clearlyOther(durationOf(pair, "first"), went.duration) && <b className={style.brief}>{timesText(durationOf(pair, "first"), went.duration)}</b>}
      {tries !== null && <span className={style.tries}>{tries}</span>}
    </Link>
  );
}
