import { Search } from "lucide-react";
import { useMemo, useState } from "react";

import type { Schemas } from "../../../api/client";
import { StateIcon } from "../../../components/StateIcon";
import { TASK_STATES } from "../../../domain/states";
import { countStates } from "../../../domain/together";
import { durationText } from "../../../domain/formats";

type Task = Schemas["TaskDocument"];

interface Props {
  items: readonly Task[];
  chosen: number | null;
  onChoose: (index: number) => void;
}

/** As many as are listed at once; more are found by the field, or in the Gantt chart. */
const MOST = 200;
const FIRST: readonly Task["state"][] = ["failed", "running", "retrying", "warning"];

/** The items of a fan-out: those that need a look first. */
export function Items({ items, chosen, onChoose }: Props) {
  const [text, setText] = useState("");
  const counts = useMemo(() => countStates(items.map((item) => item.state)), [items]);
  const found = useMemo(() => {
    const sought = text.trim().toLowerCase();
    const rank = (item: Task) => (FIRST.includes(item.state) ? FIRST.indexOf(item.state) : FIRST.length);
    return items.filter((item) => nameOf(item).toLowerCase().includes(sought)).toSorted((a, b) => rank(a) - rank(b) || (a.map_index ?? 0) - (b.map_index ?? 0));
  }, [items, text]);
  return (
    <section>
      <h3>
        {items.length.toLocaleString("en")} items
        <span className="pn-panel-counts">{TASK_STATES.filter((state) => counts[state]).map((state) => <span key={state}> <StateIcon state={state} size={12} /> {counts[state]?.toLocaleString("en")}</span>)}</span>
      </h3>
      {items.length > 12 && <div className="pn-seek"><Search size={14} aria-hidden /><input type="search" value={text} placeholder="Find an item" aria-label="Find an item" onChange={(event) => setText(event.currentTarget.value)} /></div>}
      <div className="pn-panel-items" role="group" aria-label="Items" tabIndex={0}>
        {found.slice(0, MOST).map((item) => (
          <button key={item.map_index} type="button" aria-pressed={item.map_index === chosen} onClick={() => onChoose(item.map_index ?? 0)}>
            <StateIcon state={item.state} size={14} /><span className="pn-cut" dir="auto">{nameOf(item)}</span><small>{item.duration === null ? "" : durationText(item.duration)}</small>
          </button>
        ))}
      </div>
      {found.length > MOST && <p className="pn-faint">{(found.length - MOST).toLocaleString("en")} more: type a part of the name.</p>}
    </section>
  );
}

function nameOf(item: Task): string {
  return item.label ?? `item ${item.map_index ?? ""}`;
}
