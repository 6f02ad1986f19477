import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from "react";
import { exportAddress, firstPageOnly, runCountQuery, runsQuery } from "../../api/runs";
import { DropMenu, MenuItem, MenuNote } from "../../components/DropMenu";
import { Command, Empty } from "../../components/Empty";
import { useEntry, useKept } from "../../components/kept";
import { StateIcon } from "../../components/StateIcon";
import { useTitle } from "../../components/useTitle";
import { countText } from "../../domain/formats";
import { STATE_LOOK } from "../../domain/states";
import { AllMenu } from "./bulk/AllMenu";
import { BulkBar } from "./bulk/BulkBar";
import { columnsIn, NARROW } from "./columns";
import { ColumnsMenu } from "./ColumnsMenu";
import { FilterBar } from "./FilterBar";
import { FilterProblems } from "./FilterProblems";
import { parse, queryOf, toggled } from "./filter/language";
import { dropped } from "./order";
import { RunsTable } from "./RunsTable";
import { NO_TICKS, ticked } from "./ticks";
import { useColumns } from "./useColumns";
import { useNewer } from "./useNewer";
import { useRoom } from "./useRoom";
import { Views } from "./Views";
import "./runs.css";

const route = getRouteApi("/runs");
const NEWEST = "-created_at";
const QUICK = ["failed", "running", "queued", "warning", "succeeded", "cancelled"] as const;

/** All runs: filtered, sorted, in the columns that somebody wants; live without jumps. */
export function RunsPage() {
  const { q: text = "", sort = NEWEST, view, columns: said } = route.useSearch();
  const navigate = route.useNavigate();
  const [keys, setKeys] = useColumns(said, view, (next) => void navigate({ search: (before) => ({ ...before, columns: next }), replace: true }));
  // Whoever comes back to the same list finds them, by Back or by a link.
  const [ticks, setTicks] = useKept(`ticks ${text} ${sort}`, NO_TICKS);
  const [at, setAt] = useKept(`row ${useEntry()}`, -1);
  // A filter such as created:7d asks the same question until it is changed or read again.
  const [asked, setAsked] = useState(() => Date.now());
  const terms = useMemo(() => parse(text), [text]);
  const wrong = terms.filter((term) => term.problem !== null);
  // A filter that can't be read must not show everything: what was shown before stays until it can.
  const [good, setGood] = useState(wrong.length === 0 ? text : null);
  if (wrong.length === 0 && good !== text) setGood(text);
  const query = useMemo(() => queryOf(good ?? "", asked), [good, asked]);
  const list = useInfiniteQuery({ ...runsQuery(query, sort), enabled: good !== null });
  const count = useQuery({ ...runCountQuery(query), enabled: good !== null });
  const runs = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const narrow = useMediaQuery("(max-width: 760px)", undefined, { getInitialValueInEffect: false }) ?? false;
  const width = useRoom();
  const columns = useMemo(() => (narrow ? NARROW : columnsIn(width, keys)), [narrow, width, keys]);
  const newer = useNewer(query, runs[0]?.id, list.isSuccess, sort === NEWEST);

  const set = (more: { q?: string | undefined; sort?: string | undefined; view?: number | undefined; columns?: undefined }) => {
    setTicks(() => NO_TICKS);
    setAt(() => -1);
    setAsked(Date.now());
    void navigate({ search: (before) => ({ ...before, ...more, q: ("q" in more ? more.q : before.q) || undefined }) });
  };
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const ids = useMemo(() => runs.map((run) => run.id), [runs]);
  const onTick = useCallback((id: string, range: boolean) => setTicks((before) => ticked(before, ids, id, range)), [setTicks, ids]);
  const onTickAll = () => setTicks(() => (ids.every((id) => ticks.ticked.has(id)) ? NO_TICKS : { ticked: new Set(ids), anchor: null }));
  const client = useQueryClient();
  const [reads, setReads] = useState(0);
  const readAgain = () => {
    setAsked(Date.now());
    setReads(reads + 1);
    newer.clear();
    firstPageOnly(client, query, sort);
    void list.refetch();
    void count.refetch();
  };
  // Where nothing is shown nothing can jump: what comes is shown at once.
  const came = runs.length === 0 && newer.count > 0;
  const show = useEffectEvent(readAgain);
  useEffect(() => {
    if (!came) return undefined;
    const timer = setTimeout(() => show());
    return () => clearTimeout(timer);
  }, [came]);
  const states = new Set(terms.flatMap((term) => (term.key === "state" && !term.exclude ? term.values : [])));
  useTitle(text === "" ? "Runs" : `Runs ${text}`);
  return (
    <div className="pn-runs">
      <header className="pn-runs-bar">
        <h1>Runs</h1>
        <span className="pn-runs-count" aria-live="polite">{count.data && `${countText(count.data.count)}${count.data.exact ? "" : "+"}`}</span>
        <FilterBar text={text} onChange={(q) => set({ q })} />
        <Views
          current={view} now={{ query: viewText(text, sort), columns: keys }} onClosed={() => set({ view: undefined })}
          onOpen={(saved) => {
            const kept = new URLSearchParams(saved.query);
            set({ q: kept.get("q") ?? "", sort: kept.get("sort") ?? undefined, view: saved.id, columns: undefined });
          }}
        />
        <ColumnsMenu keys={columns.map(({ key }) => key)} onChange={setKeys} />
        {good !== null && <AllMenu query={query} filtered={text !== ""} />}
        <DropMenu label="Export" icon={<Download size={14} aria-hidden />}>
          <MenuNote>{count.data ? `${countText(count.data.count)}${count.data.exact ? "" : " or more"} runs, as the filter shows them` : "As the filter shows them"}</MenuNote>
          <MenuItem href={exportAddress(query, sort, "csv")} download>CSV</MenuItem>
          <MenuItem href={exportAddress(query, sort, "json")} download>JSON</MenuItem>
        </DropMenu>
      </header>
      <div className="pn-runs-chips" role="group" aria-label="Filter by">
        {QUICK.map((state) => (
          <button key={state} type="button" className="pn-runs-chip" aria-pressed={states.has(state)} onClick={() => set({ q: toggled(text, "state", state) })}>
            <StateIcon state={state} size={14} silent /> {STATE_LOOK[state].word}
          </button>
        ))}
      </div>
      {wrong.length > 0 && <FilterProblems text={text} terms={wrong} onChange={(q) => set({ q })} />}
      {list.error !== null && <p className="pn-runs-told" role="alert">{list.error.message}</p>}
      {newer.count > 0 && runs.length > 0 && <button type="button" className="pn-runs-pill" onClick={readAgain}>{newer.count === 1 ? "1 new run" : `${countText(newer.count)} new runs`}</button>}
      {good === null ? <Empty title="This filter can’t be read"><p>Change what is told above, or look at all runs.</p><Button onClick={() => set({ q: "" })}>All runs</Button></Empty> : runs.length === 0 && list.isSuccess ? <Nothing filtered={text !== ""} onClear={() => set({ q: "" })} /> : (
        <RunsTable
          key={reads} held={wrong.length > 0} resumes={reads === 0} runs={runs} columns={columns} sort={sort} ticks={ticks} at={at} onAt={(next) => setAt(() => next)} onSort={(next) => set({ sort: next === NEWEST ? undefined : next })}
          onTick={onTick} onTickAll={onTickAll} onEnd={onEnd} onMove={narrow ? undefined : (key, on) => setKeys(dropped(columns.map((column) => column.key), key, on))}
        />
      )}
      {ticks.ticked.size > 0 && (
        <BulkBar
          key={text} runs={runs.filter((run) => ticks.ticked.has(run.id))} onClear={() => setTicks(() => NO_TICKS)}
          all={{ count: count.data?.count ?? 0, exact: count.data?.exact ?? false, query }}
        />
      )}
    </div>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <Empty title="No run matches this filter">
        <p>Take a condition out, or look at all runs.</p>
        <Button onClick={onClear}>All runs</Button>
      </Empty>
    );
  }
  return (
    <Empty title="No runs yet">
      <p>Every run of this project shows here, whoever starts it. Start one in a terminal:</p>
      <Command>penstock run FILE.py</Command>
      <p>or by “Run now” on the page of <Link to="/pipelines" className="pn-link">a pipeline</Link>.</p>
    </Empty>
  );
}

function viewText(text: string, sort: string): string {
  const search = new URLSearchParams();
  if (text !== "") search.set("q", text);
  if (sort !== NEWEST) search.set("sort", sort);
  return search.toString();
}
