/** Lines over time, above the log: drag over a part to read only that; a click goes to what was written then. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type KeyboardEvent, memo, type PointerEvent, useMemo, useState } from "react";

import { logSlicesQuery, type LogView } from "../../../api/logs";
import { BANDS, linesIn, pathsOf, rangeOf, shareOf, sliceAt, slicesOf, type Strip, stripOf } from "../../../logs/strip";
import { timeText } from "../../../logs/times";

const SLICES = 120;
const HIGH = 40;

/** From when to when, as ISO times; undefined for all. */
export type TimeRange = [from: string, until: string] | undefined;

interface Props {
  view: LogView;
  /** When the line that is read was written. */
  here: string | undefined;
  onRange: (range: TimeRange) => void;
  /** Goes to the line with this number, in the view as it is now. */
  onGo: (index: number) => void;
}

/** Slices that are pointed at, in the order in which they were. */
interface Held {
  anchor: number;
  head: number;
}

export function TimeStrip({ view, here, onRange, onGo }: Props) {
  const slices = useQuery(logSlicesQuery(view, SLICES));
  const strip = useMemo(() => (slices.data === undefined ? null : stripOf(slices.data)), [slices.data]);
  const [held, setHeld] = useState<Held | null>(null);
  const range = view.from !== undefined && view.until !== undefined ? ([view.from, view.until] as const) : undefined;
  if (strip === null) return range === undefined ? null : <div className="pn-strip"><AllTimes onAll={() => onRange(undefined)} /></div>;

  const count = strip.totals.length;
  const chosen = range === undefined ? ([0, count] as const) : slicesOf(strip, range);
  const sliceOf = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return sliceAt(strip, (event.clientX - left) / width);
  };
  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setHeld({ anchor: sliceOf(event), head: sliceOf(event) });
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    if (held !== null && event.buttons & 1 && held.head !== sliceOf(event)) setHeld({ ...held, head: sliceOf(event) });
  };
  const up = () => {
    if (held === null) return;
    setHeld(null);
    if (held.anchor !== held.head) onRange(rangeOf(strip, held.anchor, held.head));
    else onGo(linesIn(strip, chosen[0], held.head));
  };
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by !== undefined) {
      const head = Math.min(count - 1, Math.max(0, held === null ? sliceAt(strip, here === undefined ? 0 : shareOf(strip, here)) : held.head + by));
      setHeld({ anchor: event.shiftKey && held !== null ? held.anchor : head, head });
    } else if ((event.key === "Enter" || event.key === " ") && held !== null) {
      onRange(rangeOf(strip, held.anchor, held.head));
      setHeld(null);
    } else if (event.key === "Escape" && held !== null) setHeld(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const [first, end] = held === null ? chosen : [Math.min(held.anchor, held.head), Math.max(held.anchor, held.head) + 1];
  const told = held === null ? range : rangeOf(strip, held.anchor, held.head);
  const lines = linesIn(strip, first, end);
  const words = told === undefined ? "all times" : `${clock(told[0])} – ${clock(told[1])}`;
  return (
    <div className="pn-strip">
      <div
        className="pn-strip-times" role="slider" tabIndex={0} aria-label="Lines over time. Arrow keys choose a time, with Shift a range; Enter shows that alone"
        aria-valuemin={0} aria-valuemax={count - 1} aria-valuenow={held?.head ?? first} aria-valuetext={`${words}, ${lines.toLocaleString("en")} lines`}
        onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={() => setHeld(null)} onKeyDown={keys} onBlur={() => setHeld(null)}
      >
        <Bars strip={strip} />
        {told !== undefined && <><span className="pn-strip-out" style={{ left: 0, width: `${(first / count) * 100}%` }} /><span className="pn-strip-out" style={{ left: `${(end / count) * 100}%`, right: 0 }} /></>}
        {here !== undefined && held === null && <span className="pn-strip-here" style={{ left: `${shareOf(strip, here) * 100}%` }} />}
      </div>
      <span className="pn-strip-words pn-dim">
        {told === undefined ? `${clock(slices.data?.after)} – ${clock(slices.data?.before)}` : words}
        <br />
        {slices.data?.exact === false ? "about " : ""}{lines.toLocaleString("en")} {lines === 1 ? "line" : "lines"}
      </span>
      {range !== undefined && <AllTimes onAll={() => onRange(undefined)} />}
    </div>
  );
}

const Bars = memo(function Bars({ strip }: { strip: Strip }) {
  const paths = pathsOf(strip, HIGH);
  return (
    <svg viewBox={`0 0 ${strip.totals.length} ${HIGH}`} preserveAspectRatio="none" aria-hidden>
      {BANDS.map((band) => <path key={band} d={paths[band]} data-band={band} />)}
    </svg>
  );
});

function AllTimes({ onAll }: { onAll: () => void }) {
  return <Button size="compact-xs" rightSection={<X size={12} aria-hidden />} title="Show lines of all times (Esc)" onClick={onAll}>All times</Button>;
}

function clock(at: string | null | undefined): string {
  return at === null || at === undefined ? "" : timeText(at, "clock", 0);
}
