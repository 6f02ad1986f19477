/** A run's log: whose, which levels, search, and the lines. What is chosen is the caller's to keep (in the address). */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { findLevel, keyOfLine, type Level, loadLines, logMatchesQuery, type LogLine, logSummaryQuery, type LogView } from "../../../api/logs";
import { rank, step } from "../../../logs/steps";
import { LineStore } from "../../../logs/store";
import { useKeys } from "../../../components/keys";
import { type Chosen, LogLines, ROW, type LinesLook } from "./LogLines";
import { LogEmpty, LogTrouble } from "./LogStates";
import { LogToolbar } from "./LogToolbar";
import { type TimeRange, TimeStrip } from "./TimeStrip";
import { ChosenLines } from "./ChosenLines";
import { useLogLook } from "./look";
import { useReader } from "./useReader";
import "./logs.css";

export interface LogsViewProps {
  view: LogView;
  /** The run still goes on. */
  live: boolean;
  /** The start of the run, in milliseconds since 1970. */
  start: number;
  chosen: Chosen | undefined;
  onChoose: (chosen: Chosen | undefined) => void;
  onLevels: (levels: readonly Level[]) => void;
  onRange: (range: TimeRange) => void;
  /** What is searched for, and what it is changed to. */
  search: string;
  onSearch: (text: string) => void;
  /** Takes the view back to all lines of the run. */
  onAll: () => void;
  /** Choosers of task and attempt, before the levels. */
  choosers: ReactNode;
}

const LINE = { key: keyOfLine, time: (line: LogLine) => Date.parse(line.at) };
const BAD: readonly Level[] = ["error", "critical"];

export function LogsView({ view, live, start, chosen, onChoose, onLevels, onRange, search: kept, onSearch, onAll, choosers }: LogsViewProps) {
  const store = useStore(view, chosen, live);
  const [look, setLook] = useLogLook();
  const [text, setText] = useSearchText(kept, onSearch);
  const [current, setCurrent] = useState<number>();
  const [follows, setFollows] = useState(live && chosen === undefined);
  const [total, complete] = useTotal(store);
  const tie = useReader(total ?? 0, ROW, look.wrapped);
  const { reader, redraw } = tie;

  const summary = useQuery(logSummaryQuery(view));
  const matches = useQuery(logMatchesQuery(view, text.trim()));
  const linesLook = useMemo<LinesLook>(
    () => ({ wrapped: look.wrapped, time: look.time, start, needle: text.trim(), withTask: view.task === undefined || (view.mapIndex === undefined && view.attempt === undefined) }),
    [look, start, text, view],
  );

  const follow = useCallback((on: boolean) => {
    reader.follows = on;
    if (on) reader.toEnd();
    setFollows(on);
    redraw();
  }, [reader, redraw]);

  const show = useCallback((index: number) => {
    reader.show(index);
    setCurrent(index);
    redraw();
  }, [reader, redraw]);

  useOpening(store, tie, total, chosen, live);
  useChosenInView(tie, chosen);
  useGrowth(store, summary.dataUpdatedAt, live);

  const choose = useCallback((index: number, extend: boolean) => {
    if (extend && chosen !== undefined) onChoose({ first: Math.min(chosen.first, index), last: Math.max(chosen.last, index) });
    else if (chosen !== undefined && chosen.first === index && chosen.last === index) onChoose(undefined);
    else onChoose({ first: index, last: index });
  }, [chosen, onChoose]);

  const walk = useCallback((by: 1 | -1) => {
    const places = matches.data?.indexes ?? [];
    const at = step(places, current ?? reader.place.index - (by === 1 ? 1 : 0), by);
    const index = at === undefined ? undefined : places[at];
    if (index !== undefined) show(index);
  }, [matches.data, current, reader, show]);

  const nextError = useCallback(async (by: 1 | -1) => {
    const index = current ?? reader.place.index;
    // At the very start, the first line is what is looked for too.
    const from = current === undefined && index === 0 && by === 1 ? undefined : index;
    const found = await findLevel(view, BAD, from, by);
    if (found !== null) show(found);
  }, [view, current, reader, show]);

  const search = useRef<HTMLInputElement>(null);
  useKeys({
    ".": () => follow(!reader.follows), e: () => void nextError(1), E: () => void nextError(-1),
    n: () => walk(1), N: () => walk(-1), "/": () => search.current?.focus(),
    ...(view.from === undefined && view.until === undefined ? {} : { Escape: () => onRange(undefined) }),
  });

  const position = current === undefined || matches.data === undefined ? undefined : rank(matches.data.indexes, current) + 1;
  return (
    <section className="pn-logs" aria-label="Logs">
      <LogToolbar
        view={view} summary={summary.data} look={look} onLook={setLook} onLevels={onLevels} choosers={choosers}
        search={{ ref: search, text, onText: (next) => { setText(next); setCurrent(undefined); }, matches: matches.data, pending: matches.isFetching, position, walk }}
        live={!complete} follows={follows} onFollow={follow}
        errors={(summary.data?.levels["error"] ?? 0) + (summary.data?.levels["critical"] ?? 0)} onError={(by) => void nextError(by)}
      />
      <TimeStrip view={view} here={store.line(reader.place.index)?.at} onRange={onRange} onGo={show} />
      <LogTrouble store={store} />
      {total === 0
        ? <LogEmpty view={view} live={live} onAll={onAll} />
        : <LogLines store={store} tie={tie} look={linesLook} chosen={chosen} current={current} onChoose={choose} onFollow={setFollows} />}
      {chosen !== undefined && <ChosenLines view={view} chosen={chosen} onDone={() => onChoose(undefined)} />}
    </section>
  );
}

/** Milliseconds without a key until what is searched for goes into the address. */
const TYPED = 300;

/** What is searched for, as it is typed; the address has it a little later, and changes it where somebody goes back. */
function useSearchText(kept: string, onSearch: (text: string) => void): [string, (text: string) => void] {
  // `sent` is on its way into the address, which still has `before`: neither may change what is being typed.
  const [typed, setTyped] = useState({ text: kept, sent: kept, before: kept });
  const here = kept === typed.sent || kept === typed.before ? typed : { text: kept, sent: kept, before: kept };
  const { text, sent } = here;
  useEffect(() => {
    if (text.trim() === sent) return undefined;
    const timer = setTimeout(() => {
      setTyped({ text, sent: text.trim(), before: kept });
      onSearch(text.trim());
    }, TYPED);
    return () => clearTimeout(timer);
  }, [text, sent, kept, onSearch]);
  return [text, (next) => setTyped({ ...here, text: next })];
}

/** Lines that are loaded at first around the place where the log opens. */
const AROUND = 60;

/** One store for a view; another view gets another one. It begins where the log opens. */
function useStore(view: LogView, chosen: Chosen | undefined, live: boolean): LineStore<LogLine> {
  const store = useMemo(() => new LineStore<LogLine>(loadLines(view), LINE), [view]);
  const opening = useRef({ chosen, live });
  useEffect(() => void (opening.current = { chosen, live }));
  useEffect(() => {
    const { chosen: at, live: grows } = opening.current;
    if (at !== undefined) store.want(at.first - AROUND, at.first + AROUND);
    else if (grows) void store.refresh();
    else store.want(0, AROUND);
    return () => store.close();
  }, [store]);
  return store;
}

function useTotal(store: LineStore<LogLine>): [number | undefined, boolean] {
  const [known, setKnown] = useState<[number | undefined, boolean]>([store.total, store.complete]);
  useEffect(() => {
    const tell = () => setKnown((before) => (before[0] === store.total && before[1] === store.complete ? before : [store.total, store.complete]));
    tell();
    return store.subscribe(tell);
  }, [store]);
  return known;
}

/** Where a log opens: at the line of the address; at the end, while the run goes on; else at the start. */
function useOpening(store: LineStore<LogLine>, { reader, redraw }: ReturnType<typeof useReader>, total: number | undefined, chosen: Chosen | undefined, live: boolean) {
  const opened = useRef<LineStore<LogLine>>(undefined);
  useEffect(() => {
    if (total === undefined || total === 0 || opened.current === store) return;
    opened.current = store;
    if (chosen !== undefined) reader.showInMiddle(chosen.first);
    else if (live) {
      reader.follows = true;
      reader.toEnd();
    } else reader.go({ index: 0, offset: 0 });
    redraw();
  }, [store, reader, redraw, total, chosen, live]);
}

/** Reads on when the lines were counted anew: the live stream has that done whenever some were written. */
function useGrowth(store: LineStore<LogLine>, countedAt: number, live: boolean) {
  const first = useRef({ store, countedAt });
  useEffect(() => {
    if (first.current.store !== store || first.current.countedAt === 0) first.current = { store, countedAt };
    else if (first.current.countedAt !== countedAt && !store.complete) void store.refresh();
  }, [store, countedAt]);
  const lived = useRef(live);
  useEffect(() => {
    if (lived.current && !live) void store.refresh();
    lived.current = live;
  }, [store, live]);
}

/** A line of the address is brought into view when the address changes. */
function useChosenInView({ reader, redraw }: ReturnType<typeof useReader>, chosen: Chosen | undefined) {
  const first = chosen?.first;
  useEffect(() => {
    if (first === undefined) return;
    reader.show(first);
    redraw();
  }, [reader, redraw, first]);
}
