/** Two runs side by side: what differs between them first, and all else when it is asked for. */
import { Button, Switch } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeftRight } from "lucide-react";
import { type ReactNode, useMemo, useRef } from "react";
import { ApiProblem, isAbsent } from "../../api/client";
import { type Comparison, comparisonQuery, useFreshComparison } from "../../api/comparison";
import { useRunContext } from "../../api/runs";
import { copyAddress } from "../../components/copy";
import { Empty } from "../../components/Empty";
import { useKeys } from "../../components/keys";
import { useTitle } from "../../components/useTitle";
import { countText } from "../../domain/formats";
import { calledOf } from "../../domain/names";
import { Definition } from "./Definition";
import { type Counts, countsOf, type Part, PARTS } from "./differences";
import { Metrics } from "./Metrics";
import { Outputs } from "./Outputs";
import { Pairs, SideMark, Value } from "./Pairs";
import { Sides, useChoose } from "./Sides";
import { Tasks } from "./Tasks";
import type { TaskListing } from "./tasks";
import style from "./compare.module.css";

const route = getRouteApi("/runs/$first/compare/$second");

const WORDS: Record<Part, string> = { params: "Params", labels: "Labels", definition: "Definition", tasks: "Tasks", outputs: "Outputs", metrics: "Metrics" };

export function ComparePage() {
  const { first, second } = route.useParams();
  const found = useQuery({ ...comparisonQuery(first, second), placeholderData: keepPreviousData });
  useTitle(found.data === undefined ? "Two runs compared" : `${pipelinesOf(found.data).map(({ namespace, pipeline }) => calledOf(namespace, pipeline).name).join(", ")}: two runs compared`);
  if (found.data !== undefined && !(found.isPlaceholderData && found.error !== null)) return <Compared found={found.data} held={found.isPlaceholderData} />;
  if (found.error === null) return <div className={style.page} aria-busy />;
  const gone = isAbsent(found.error);
  return (
    <Empty whole title={gone ? found.error.message : "The runs can’t be compared"}>
      <p>{found.error instanceof ApiProblem && found.error.cure !== null ? found.error.cure : gone ? "It may have been deleted." : found.error.message}</p>
      {gone ? <Link to="/runs" className="pn-link">All runs, where any two can be ticked</Link> : <Button onClick={() => void found.refetch()}>Try again</Button>}
    </Empty>
  );
}

/** The pipeline whose runs they are; or both. */
function pipelinesOf({ first, second }: Comparison): Comparison["first"][] {
  return first.pipeline === second.pipeline && first.namespace === second.namespace ? [second] : [first, second];
}

function Compared({ found, held }: { found: Comparison; held: boolean }) {
  const { all = false } = route.useSearch();
  const navigate = route.useNavigate();
  const choose = useChoose();
  const field = useRef<HTMLInputElement>(null);
  const [first, second] = [found.first.id, found.second.id];
  useFreshComparison(first, second);
  const beside = useRunContext(second).data;
  const counts = useMemo(() => countsOf(found), [found]);
  const swap = () => choose(second, first);
  const setAll = (to: boolean) => void navigate({ search: (before) => ({ ...before, all: to || undefined }), replace: true });
  const step = (to: string | null | undefined) => {
    if (to && to !== first) choose(first, to);
  };
  useKeys({
    s: swap, d: () => setAll(!all), c: () => void copyAddress(), "/": () => field.current?.focus(),
    "[": () => step(beside?.previous), "]": () => step(beside?.next),
  });
  const once = first === second;
  return (
    <div className={style.page} data-held={held || undefined}>
      <header className={style.head}>
        <div className={style.title}>
          {pipelinesOf(found).map(({ pipeline, namespace }) => (
            <Link key={`${namespace}/${pipeline}`} to="/pipelines/$name/$tab" params={{ name: pipeline, tab: "overview" }} search={{ namespace }} className={style.pipeline} title={`${namespace} / ${pipeline}`}>
              <bdi>{calledOf(namespace, pipeline).name}</bdi>
            </Link>
          ))}
          <span className="pn-faint" aria-hidden>/</span>
          <h1>Two runs compared</h1>
        </div>
        <Switch label="Only differences" title="d" checked={!all} onChange={(event) => setAll(!event.currentTarget.checked)} />
        <Button leftSection={<ArrowLeftRight size={14} aria-hidden />} title="The first becomes the second (s)" onClick={swap}>Swap</Button>
      </header>
      <div className={style.body}>
        <Sides found={found} all={all} />
        {found.first.pipeline !== found.second.pipeline && <p className={style.note}>These are runs of two pipelines. What has the same name in both stands side by side.</p>}
        {once ? <Empty title="This is one run, twice"><p>Choose another one for either side, by the arrows beside its id.</p></Empty> : <Parts found={found} counts={counts} all={all} field={field} onAll={() => setAll(true)} />}
      </div>
    </div>
  );
}

function Parts({ found, counts, all, field, onAll }: { found: Comparison; counts: Counts; all: boolean; field: React.RefObject<HTMLInputElement | null>; onAll: () => void }) {
  const { q = "", order } = route.useSearch();
  const navigate = route.useNavigate();
  const listing = useMemo<TaskListing>(() => ({ all, text: q, order: order ?? "change" }), [all, q, order]);
  const set = (more: { q?: string | undefined; order?: "definition" | undefined }) => void navigate({ search: (before) => ({ ...before, ...more }), replace: true });
  const differing = PARTS.filter((part) => counts[part].differ > 0);
  const shown = all ? PARTS : differing;
  const same = PARTS.filter((part) => counts[part].differ === 0);
  const draw: Record<Part, () => ReactNode> = {
    params: () => <Values part="params" what="Param" found={found} all={all} none="not given" />,
    labels: () => <Values part="labels" what="Label" found={found} all={all} none="none" />,
    definition: () => <Definition changes={found.definition} />,
    tasks: () => <Tasks found={found} listing={listing} field={field} onText={(text) => set({ q: text || undefined })} onOrder={(to) => set({ order: to === "change" ? undefined : to })} />,
    outputs: () => <Outputs found={found} all={all} />,
    metrics: () => <Metrics found={found} all={all} />,
  };
  return (
    <>
      {differing.length > 0 && <Outline counts={counts} shown={shown} />}
      {differing.length === 0 && <Nothing all={all} onAll={onAll} />}
      {shown.map((part) => (
        <section key={part} id={part} className={style.part} aria-labelledby={`${part}-head`}>
          <h2 id={`${part}-head`} tabIndex={-1}>
            {WORDS[part]} <span className="pn-dim">{saidOf(part, counts)}</span>
            {(part === "tasks" || part === "outputs") && <span className={style.legend}><SideMark side="first" /><SideMark side="second" /></span>}
          </h2>
          {draw[part]()}
        </section>
      ))}
      {!all && differing.length > 0 && same.length > 0 && (
        <p className={style.same}>Nothing differs in {listed(same.map((part) => WORDS[part].toLowerCase()))}. <button type="button" className={style.show} onClick={onAll}>Show all</button></p>
      )}
    </>
  );
}

/** What differs, at a glance; a click leads there. */
function Outline({ counts, shown }: { counts: Counts; shown: readonly Part[] }) {
  const go = (part: Part) => {
    document.getElementById(part)?.scrollIntoView({ block: "start" });
    document.getElementById(`${part}-head`)?.focus({ preventScroll: true });
  };
  return (
    <nav className={style.outline} aria-label="What differs">
      {shown.map((part) => (
        <button key={part} type="button" data-same={counts[part].differ === 0 || undefined} onClick={() => go(part)}>
          {WORDS[part]} {counts[part].differ > 0 && <b>{countText(counts[part].differ)}</b>}
        </button>
      ))}
    </nav>
  );
}

function Nothing({ all, onAll }: { all: boolean; onAll: () => void }) {
  if (all) return <p className={style.note} role="status">Nothing differs in what these runs were asked, in how their tasks went, or in what they made.</p>;
  return (
    <Empty title="Nothing differs">
      <p>Both runs had the same definition, params and labels. Their tasks ended alike and took about as long (a fifth, or 50 ms, is taken for chance), and made data of the same size.</p>
      <Button onClick={onAll}>Show all</Button>
    </Empty>
  );
}

function Values({ part, what, found, all, none }: { part: "params" | "labels"; what: string; found: Comparison; all: boolean; none: string }) {
  const pairs = found[part].filter(({ same }) => all || !same).map(({ name, first, second, same }) => ({
    name, same: all && same, first: <Value value={first} none={none} />, second: <Value value={second} none={none} />,
  }));
  if (pairs.length === 0) return <p className={style.note}>Neither run has {part}.</p>;
  return <Pairs label={WORDS[part]} what={what} pairs={pairs} code />;
}

function saidOf(part: Part, counts: Counts): string {
  const { differ, all } = counts[part];
  if (differ === 0) return all === 0 && part !== "definition" ? "" : "the same";
  return part === "definition" || differ === all ? countText(differ) : `${countText(differ)} of ${countText(all)} differ`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
