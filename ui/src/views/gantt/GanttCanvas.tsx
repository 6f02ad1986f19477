/** Tasks over time: names as a list that can be read and walked, bars on a canvas beside it, one scroll for both. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, type Ref, useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { StateIcon } from "../../components/StateIcon";
import { durationText } from "../../domain/formats";
import { stateText } from "../../domain/states";
import type { Hit } from "../../gantt/draw/chart";
import type { GanttRow } from "../../gantt/rows";
import { sharesOf } from "../../gantt/spans";
import { listen } from "../canvas/gestures";
import { ChartSurface, type ChartShown, HEAD, ROW } from "./chartSurface";
import "./gantt.css";

export interface GanttHandle {
  fit: () => void;
  zoom: (factor: number) => void;
  pan: (pixels: number) => void;
}

interface Props {
  shown: ChartShown;
  label: string;
  onPick: (row: GanttRow, attempt: number | null, generation: number | null) => void;
  onOpen: (task: string) => void;
  /** What can be done with a row is asked for at a point of the window. */
  onMenu: (row: GanttRow, attempt: number | null, x: number, y: number) => void;
  ref?: Ref<GanttHandle>;
}

/** What the pointer is at: where on the chart, and when. */
interface Pointed {
  hit: Hit;
  x: number;
  y: number;
  at: number;
}

/** Milliseconds between pictures of a run that goes on; bars grow by a pixel or two. */
const PACE = 100;

export function GanttCanvas({ shown, label, onPick, onOpen, onMenu, ref }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<ChartSurface | null>(null);
  const [tip, setTip] = useState<Pointed | null>(null);
  const [height, setHeight] = useState(0);
  const latest = useRef({ shown, onPick, onOpen, onMenu });
  useEffect(() => {
    latest.current = { shown, onPick, onOpen, onMenu };
  });

  useLayoutEffect(() => {
    const holder = scroller.current!;
    const measure = new ResizeObserver(() => setHeight(holder.clientHeight));
    measure.observe(holder);
    setHeight(holder.clientHeight);
    return () => measure.disconnect();
  }, []);

  useEffect(() => {
    const holder = scroller.current!;
    const made = new ChartSurface(box.current!, canvas.current!, () => holder.scrollTop);
    surface.current = made;
    const roll = () => made.invalidate();
    holder.addEventListener("scroll", roll, { passive: true });
    const stop = listen(box.current!, {
      wheelZooms: false,
      moved: (dx, dy) => {
        setTip(null);
        made.pan(dx);
        holder.scrollTop -= dy;
      },
      zoomed: (at, factor) => made.zoom(factor, at.x),
      dragging: (on) => box.current?.toggleAttribute("data-drags", on),
      hovered: (at) => {
        const hit = at === null ? null : made.hit(at);
        made.setHover(hit?.row ?? -1);
        setTip(hit === null || hit.span === null || at === null ? null : { hit, x: at.x, y: at.y, at: Date.now() });
        if (box.current !== null) box.current.style.cursor = hit?.span ? "pointer" : "";
      },
      clicked: (at) => {
        const hit = made.hit(at);
        const row = hit === null ? undefined : latest.current.shown.rows[hit.row];
        if (row === undefined || hit === null) return;
        latest.current.onPick(row, hit.span?.attempt ?? null, hit.span?.attempt ? hit.span.generation : null);
      },
    });
    const asked = (event: MouseEvent) => {
      const { left, top } = box.current!.getBoundingClientRect();
      const hit = made.hit({ x: event.clientX - left, y: event.clientY - top });
      const row = hit === null ? undefined : latest.current.shown.rows[hit.row];
      if (row === undefined) return;
      event.preventDefault();
      setTip(null);
      latest.current.onMenu(row, hit?.span?.attempt ?? null, event.clientX, event.clientY);
    };
    const frame = box.current!;
    frame.addEventListener("contextmenu", asked);
    const timer = setInterval(() => {
      if (made.grows && document.visibilityState === "visible") made.invalidate();
    }, PACE);
    return () => {
      surface.current = null;
      clearInterval(timer);
      stop();
      frame.removeEventListener("contextmenu", asked);
      holder.removeEventListener("scroll", roll);
      made.end();
    };
  }, []);

  useEffect(() => surface.current?.show(shown), [shown]);
  useImperativeHandle(ref, () => ({
    fit: () => surface.current?.fit(),
    zoom: (factor) => surface.current?.zoom(factor),
    pan: (pixels) => surface.current?.pan(pixels),
  }), []);

  const at = shown.selected === undefined ? -1 : shown.rows.findIndex((row) => row.key === shown.selected);
  useEffect(() => {
    const holder = scroller.current;
    if (at < 0 || holder === null) return;
    const top = at * ROW;
    const room = holder.clientHeight - HEAD;
    if (top < holder.scrollTop || top + ROW > holder.scrollTop + room) holder.scrollTop = top - room / 3;
    surface.current?.reveal(at);
    // Only a new selection or another height moves the chart, not rows that change.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [shown.selected, height]);

  return (
    <div ref={scroller} className="pn-gantt" data-place="gantt">
      <div className="pn-gantt-sheet" style={{ height: HEAD + shown.rows.length * ROW }}>
        <Names rows={shown.rows} selected={at} scroller={scroller} onPick={onPick} onOpen={onOpen} onMenu={onMenu} />
        <div ref={box} className="pn-gantt-stage" style={{ height }} role="img" aria-label={`${label}. The list beside it says the same.`}>
          <canvas ref={canvas} aria-hidden />
          {tip !== null && <Tip row={shown.rows[tip.hit.row]} pointed={tip} room={box.current?.clientWidth ?? 0} height={height} start={shown.axis.start} />}
        </div>
      </div>
    </div>
  );
}

interface NamesProps {
  rows: readonly GanttRow[];
  selected: number;
  scroller: { current: HTMLDivElement | null };
  onPick: Props["onPick"];
  onOpen: Props["onOpen"];
  onMenu: Props["onMenu"];
}

function Names({ rows, selected, scroller, onPick, onOpen, onMenu }: NamesProps) {
  const name = useId();
  const [active, setActive] = useState(-1);
  // oxlint-disable-next-line react/incompatible-library -- its result stays within this component
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 10, paddingStart: HEAD, scrollPaddingStart: HEAD });
  const here = active >= 0 && active < rows.length ? active : selected;
  const go = (to: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, to));
    setActive(next);
    virtual.scrollToIndex(next);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[here];
    if (event.key === "ArrowDown") go(here + 1);
    else if (event.key === "ArrowUp") go(here - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(rows.length - 1);
    else if (event.key === "PageDown") go(here + 20);
    else if (event.key === "PageUp") go(here - 20);
    else if (row === undefined) return;
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      const { right, bottom } = (event.currentTarget.querySelector(`[id="${name}${here}"]`) ?? event.currentTarget).getBoundingClientRect();
      onMenu(row, null, right - 40, bottom);
    } else if (event.key === "Enter" || event.key === " ") onPick(row, null, null);
    else if (row.counts !== null && ((event.key === "ArrowRight" && !row.open) || (event.key === "ArrowLeft" && row.open))) onOpen(row.task);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="pn-gantt-names">
      <div className="pn-gantt-head" aria-hidden>Task</div>
      <div role="tree" aria-label="Tasks in the order of the chart" tabIndex={0} onKeyDown={keys} className="pn-gantt-tree" aria-activedescendant={here >= 0 ? `${name}${here}` : undefined}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          return (
            <div
              key={row.key} id={`${name}${item.index}`} role="treeitem" className="pn-gantt-name" style={{ top: item.start }} title={row.title}
              aria-level={row.level + 1} aria-setsize={rows.length} aria-posinset={item.index + 1} aria-selected={item.index === selected}
              aria-expanded={row.counts === null ? undefined : row.open} data-active={item.index === active || undefined}
              onClick={() => { setActive(item.index); onPick(row, null, null); }}
              onContextMenu={(event) => { event.preventDefault(); setActive(item.index); onMenu(row, null, event.clientX, event.clientY); }}
            >
              {row.counts === null ? null : (
                <span className="pn-gantt-fold" role="presentation" title={row.open ? "Fold the items" : "Show the items"} onClick={(event) => { event.stopPropagation(); onOpen(row.task); }}>
                  {row.open ? <ChevronDown size={13} aria-hidden /> : <ChevronRight size={13} aria-hidden />}
                </span>
              )}
              <StateIcon state={row.state} size={14} />
              <span className="pn-cut" dir="auto">{row.title}</span>
              {row.counts !== null && <small>{row.items.toLocaleString("en")}</small>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const KINDS = [["waiting", "waited"], ["queued", "queued"], ["running", "ran"], ["asking", "asked a person"], ["retry", "waited to try again"]] as const;

/** What a bar stands for: its state, its shares of time, when. */
function Tip({ row, pointed: { hit, x, y, at }, room, height, start }: { row: GanttRow | undefined; pointed: Pointed; room: number; height: number; start: number }) {
  if (row === undefined || hit.span === null) return null;
  const shares = sharesOf(row.spans, at);
  const whole = Object.values(shares).reduce((sum, share) => sum + share, 0);
  const { span } = hit;
  const clock = (time: number) => new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
  return (
    <div className="pn-graph-tip pn-gantt-tip" role="presentation" style={{ left: Math.max(8, Math.min(x + 14, room - 270)), ...(y > height - 190 ? { bottom: height - y + 12 } : { top: y + 16 }) }}>
      <strong dir="auto">{row.level === 1 ? `${row.task} [${row.title}]` : row.title}</strong>
      <span>{stateText(span.state ?? row.state, span.state === row.state ? row.reason : null)}{span.attempt === null ? "" : ` · attempt ${span.attempt}`}{span.attempt !== null && row.spans.at(-1)?.generation !== 1 ? ` of generation ${span.generation}` : ""}</span>
      <dl>
        {KINDS.filter(([kind]) => shares[kind] > 0).map(([kind, word]) => (
          <div key={kind} data-kind={kind} data-here={kind === span.kind || undefined}>
            <dt>{word}</dt><dd>{durationText(shares[kind] / 1000)}</dd><dd>{whole === 0 ? "" : `${Math.round((shares[kind] / whole) * 100)} %`}</dd>
          </div>
        ))}
      </dl>
      <span>{clock(span.from)} – {span.to === null ? "now" : clock(span.to)}, {durationText((span.from - start) / 1000)} into the run</span>
    </div>
  );
}
