/** Which two runs these are, how each of them ended, and ways to others. */
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { Comparison } from "../../api/comparison";
import { useRunContext } from "../../api/runs";
import type { CompareSearch } from "../../app/search";
import { StateLabel } from "../../components/StateIcon";
import { Ago } from "../../components/When";
import { durationText, momentText } from "../../domain/formats";
import { clearlyOther, type Side, SIDES, timesText, valueText } from "./differences";
import { type Pair, Pairs, Value } from "./Pairs";
import { RunPicker } from "./RunPicker";
import style from "./compare.module.css";

/** Facts that have a line of their own, or are told by one. */
const TOLD = new Set(["state", "reason", "duration", "version"]);
const WORDS: Readonly<Record<string, string>> = { tasks_total: "Tasks", pipeline: "Pipeline", namespace: "Namespace", type: "Type", generation: "Generation" };

/** Seconds that are a millisecond when they are told. */
const TOLD_FROM = 0.0005;

/** Leads to two other runs, looked at in the same way. */
export type Choose = (first: string, second: string) => void;

export function useChoose(): Choose {
  const navigate = useNavigate();
  return (first, second) => void navigate({ to: "/runs/$first/compare/$second", params: { first, second }, search: (before: CompareSearch) => before } as never);
}

export function Sides({ found, all }: { found: Comparison; all: boolean }) {
  const fact = (name: string) => found.facts.find((each) => each.name === name);
  const [reason, version] = [fact("reason"), fact("version")];
  const { first, second } = found;
  const later = (Date.parse(second.created_at) - Date.parse(first.created_at)) / 1000;
  const state = (side: Side) => (
    <StateLabel state={found[side].state} reason={reason?.[side] === "user_error" ? null : (reason?.[side] as string | null | undefined)} />
  );
  const created = (side: Side) => <span><time dateTime={found[side].created_at}>{momentText(found[side].created_at)}</time> <span className={style.ago}><Ago at={found[side].created_at} /></span></span>;
  const pairs: Pair[] = [
    { name: "Run", first: <RunOf found={found} side="first" />, second: <RunOf found={found} side="second" /> },
    { name: "State", first: state("first"), second: state("second") },
    { name: "Duration", first: <Duration found={found} side="first" />, second: <Duration found={found} side="second" />, change: <Longer first={first.duration} second={second.duration} /> },
    { name: "Created", first: created("first"), second: created("second"), change: later === 0 ? "" : `${durationText(Math.abs(later))} ${later > 0 ? "later" : "earlier"}` },
    { name: "Version", first: <Value value={version?.first} none="–" />, second: <Value value={version?.second} none="–" />, change: version?.same ? "the same" : "" },
    ...found.facts.filter(({ name, same }) => !TOLD.has(name) && (all || !same)).map(({ name, first: one, second: other }) => ({
      name: WORDS[name] ?? name, first: <bdi>{valueText(one)}</bdi>, second: <bdi>{valueText(other)}</bdi>,
    })),
  ];
  return <Pairs label="The two runs" pairs={pairs} />;
}

/** A run's id, which leads to it, and what may stand in its place. */
function RunOf({ found, side }: { found: Comparison; side: Side }) {
  const choose = useChoose();
  const { id } = found[side];
  const other = found[side === "first" ? "second" : "first"].id;
  const context = useRunContext(id);
  const take = (run: string) => (side === "first" ? choose(run, other) : choose(other, run));
  return (
    <span className={style.run}>
      <Link to="/runs/$runId/$tab" params={{ runId: id, tab: "overview" }} className="pn-link"><code>{id}</code></Link>
      <span className={style.ways}>
        {(["previous", "next"] as const).map((word) => <Beside key={word} id={context.data?.[word] === other ? null : context.data?.[word]} word={word} side={side} onTake={take} />)}
        <RunPicker run={found[side]} other={other} side={side} onTake={take} />
      </span>
    </span>
  );
}

function Beside({ id, word, side, onTake }: { id: string | null | undefined; word: "previous" | "next"; side: Side; onTake: (run: string) => void }) {
  const Icon = word === "previous" ? ChevronLeft : ChevronRight;
  const key = side === "second" ? ` (${word === "previous" ? "[" : "]"})` : "";
  const label = `Take the ${word} run of the pipeline as the ${side}`;
  return (
    <button type="button" className={style.step} disabled={!id} aria-label={label} title={id ? label + key : `No other ${word} run of this pipeline`} onClick={() => id && onTake(id)}>
      <Icon size={16} aria-hidden />
    </button>
  );
}

function Duration({ found, side }: { found: Comparison; side: Side }) {
  const seconds = found[side].duration;
  if (seconds === null) return <span className="pn-faint">not over</span>;
  const most = Math.max(...SIDES.map((each) => found[each].duration ?? 0));
  return (
    <span className={style.lasted}>
      <span>{durationText(seconds)}</span>
      <span className={style.track} aria-hidden><i data-side={side} style={{ width: `${most === 0 ? 0 : (seconds / most) * 100}%` }} /></span>
    </span>
  );
}

/** How much longer the second took: by how much, and how many times; in colour where that is no chance. */
export function Longer({ first, second }: { first: number | null; second: number | null }) {
  if (first === null || second === null) return null;
  const by = second - first;
  if (Math.abs(by) < TOLD_FROM) return null;
  const way = clearlyOther(first, second) ? (by > 0 ? "slower" : "faster") : undefined;
  const times = timesText(first, second);
  return <span className={style.longer} data-way={way} title={way}><span>{by > 0 ? "+" : ""}{durationText(by)}</span>{times !== "" && <b>{times}</b>}</span>;
}
