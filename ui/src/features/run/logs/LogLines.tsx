/** The lines of a log, of any number: only those in view are drawn, plain elements of fixed columns. */
import { type CSSProperties, type KeyboardEvent, memo, type ReactNode, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";

import { keyOfLine, type LogLine } from "../../../api/logs";
import type { LineStore } from "../../../logs/store";
import { type TimeMode, timeText } from "../../../logs/times";
import { LogText } from "./LogText";
import type { ReaderTie } from "./useReader";

export const ROW = 20;

/** Lines that are chosen, both included, from 0. */
export interface Chosen {
  first: number;
  last: number;
}

export interface LinesLook {
  wrapped: boolean;
  time: TimeMode;
  /** The start of the run, in milliseconds since 1970. */
  start: number;
  /** Set off in the lines. */
  needle: string;
  /** Shows whose line it is. */
  withTask: boolean;
}

interface Props {
  store: LineStore<LogLine>;
  tie: ReaderTie;
  look: LinesLook;
  chosen: Chosen | undefined;
  /** The match that is walked to. */
  current: number | undefined;
  /** A line's number was clicked; `extend`: with Shift, up to there. */
  onChoose: (index: number, extend: boolean) => void;
  onFollow: (follows: boolean) => void;
  children?: ReactNode;
}

export function LogLines({ store, tie, look, chosen, current, onChoose, onFollow, children }: Props) {
  useSyncExternalStore(store.subscribe, store.now);
  const { reader, frame, rows } = tie;
  const total = store.total ?? 0;
  const { first, last, y } = reader.shown();
  const { follows } = reader;

  useAnchor(store, tie);
  // Before anything is known of a view, what it opens with is wanted already, and not to be given up.
  useEffect(() => {
    if (last >= first) store.want(first, last);
  }, [store, first, last, total]);
  useEffect(() => onFollow(follows), [follows, onFollow]);
  useWidest(rows, look.wrapped, store);

  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Home") reader.go({ index: 0, offset: 0 });
    else if (event.key === "End") reader.toEnd();
    else return;
    event.preventDefault();
    if (event.key === "Home") reader.follows = false;
    tie.redraw();
  };

  const lines: ReactNode[] = [];
  for (let index = first; index <= last; index += 1) {
    const isChosen = chosen !== undefined && index >= chosen.first && index <= chosen.last;
    lines.push(
      <Row key={index} index={index} line={store.line(index)} look={look} chosen={isChosen} current={index === current} onChoose={onChoose} />,
    );
  }
  const digits = { "--pn-log-digits": `${Math.max(3, String(total).length)}ch` } as CSSProperties;
  return (
    <div
      ref={frame} className="pn-log" data-wrapped={look.wrapped} data-time={look.time} data-task={look.withTask} style={digits}
      role="log" aria-label="Log lines" aria-live="off" tabIndex={0} onKeyDown={keys}
    >
      <div className="pn-log-height" style={{ height: reader.scale.height }}>
        <div ref={rows} className="pn-log-rows" style={{ transform: `translateY(${y}px)` }}>{lines}</div>
      </div>
      {children}
    </div>
  );
}

interface RowProps {
  index: number;
  line: LogLine | undefined;
  look: LinesLook;
  chosen: boolean;
  current: boolean;
  onChoose: (index: number, extend: boolean) => void;
}

const Row = memo(function Row({ index, line, look, chosen, current, onChoose }: RowProps) {
  const number = (
    <button
      type="button" className="pn-log-number" tabIndex={-1} aria-label={`Choose line ${index + 1}`}
      onClick={(event) => onChoose(index, event.shiftKey)}
    >
      {index + 1}
    </button>
  );
  if (line === undefined) {
    return <div className="pn-log-row pn-log-absent" data-line={index}>{number}<span className="pn-log-bar" /></div>;
  }
  const level = line.level ?? (line.stream === "stderr" ? "stderr" : undefined);
  return (
    <div className="pn-log-row" data-line={index} data-level={line.level ?? undefined} data-chosen={chosen || undefined} data-current={current || undefined}>
      {number}
      {look.time !== "none" && <time className="pn-log-time" dateTime={line.at} title={line.at}>{timeText(line.at, look.time, look.start)}</time>}
      <span className="pn-log-level">{level}</span>
      {look.withTask && <span className="pn-log-task" title={whose(line)}>{whose(line)}</span>}
      <span className="pn-log-text" dir="auto" title={line.logger ?? undefined}><LogText message={line.message} needle={look.needle} /></span>
    </div>
  );
}, (before, after) =>
  before.index === after.index && before.line === after.line && before.look === after.look && before.chosen === after.chosen &&
  before.current === after.current && before.onChoose === after.onChoose);

/** "clean [Lima]", and of later generations and attempts which one: "clean · g2 · 3". */
function whose({ task, map_index, label, attempt, generation }: LogLine): string {
  const item = map_index === null ? "" : ` [${label ?? map_index}]`;
  return `${task}${item}${generation > 1 ? ` · g${generation}` : ""}${attempt > 1 ? ` · ${attempt}` : ""}`;
}

/** When lines come late and push others down, what is read stays under the eye. */
function useAnchor(store: LineStore<LogLine>, { reader, redraw }: ReaderTie): void {
  const anchor = useRef<{ store: LineStore<LogLine>; index: number; key: string } | undefined>(undefined);
  useLayoutEffect(() => {
    const known = anchor.current;
    const { index } = reader.place;
    const line = store.line(index);
    if (known !== undefined && known.store === store && known.index === index && line !== undefined && !reader.follows) {
      const key = keyOfLine(line);
      if (key !== known.key) {
        const now = store.find(known.key, index);
        if (now !== undefined) {
          reader.shift(now - index);
          anchor.current = { store, index: reader.place.index, key: known.key };
          redraw();
          return;
        }
      }
    }
    anchor.current = line === undefined ? undefined : { store, index, key: keyOfLine(line) };
  });
}

/** Milliseconds until new lines' width is looked at: to ask while they are drawn would have them laid out once more. */
const RESTED = 80;

/** Long lines scroll sideways; the width does not shrink while somebody scrolls down. */
function useWidest(rows: ReaderTie["rows"], wrapped: boolean, store: LineStore<LogLine>): void {
  const widest = useRef(0);
  const waits = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useLayoutEffect(() => {
    widest.current = 0;
    if (rows.current !== null) rows.current.style.minWidth = "100%";
  }, [rows, wrapped, store]);
  useEffect(() => {
    if (wrapped) return;
    waits.current ??= setTimeout(() => {
      waits.current = undefined;
      const element = rows.current;
      if (element === null || element.scrollWidth <= widest.current) return;
      widest.current = element.scrollWidth;
      element.style.minWidth = `max(100%, ${widest.current}px)`;
    }, RESTED);
  });
  useEffect(() => () => clearTimeout(waits.current), []);
}
