import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { ApiProblem } from "../../api/client";
import { pipelinesQuery } from "../../api/pipelines";
import { Command, Empty } from "../../components/Empty";
import { useKeys } from "../../components/keys";
import { useTitle } from "../../components/useTitle";
import { countText } from "../../domain/formats";
import { matching, sorted, type SortBy } from "./list";
import { PipelineRows } from "./PipelineRows";
import { Problems } from "./Problems";
import style from "./pipelines.module.css";

const route = getRouteApi("/pipelines");

/** All pipelines of the project: how their last runs went, how long they take, when they run next. */
export function PipelinesPage() {
  useTitle("Pipelines");
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const [by, setBy] = useState<SortBy>("name");
  const list = useQuery(pipelinesQuery());
  const shown = useMemo(() => sorted(matching(list.data?.items ?? [], q), by), [list.data, q, by]);
  const field = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => field.current?.focus() });
  return (
    <div className={style.page}>
      <header className={style.bar}>
        <h1>Pipelines</h1>
        {list.data !== undefined && <span className="pn-dim">{countOf(shown.length, list.data.items.length)}</span>}
        <span className={style.grow} />
        <TextInput
          ref={field} className={style.search} aria-label="Filter pipelines" placeholder="Name, namespace, tag, label" leftSection={<Search size={14} aria-hidden />}
          rightSection={<kbd className="pn-faint">/</kbd>} value={q} spellCheck={false}
          onChange={(event) => void navigate({ replace: true, search: { q: event.currentTarget.value || undefined } })}
        />
      </header>
      {list.data !== undefined && <Problems problems={list.data.problems} held={(file) => list.data.items.some(({ problem }) => problem?.file === file)} />}
      {list.error !== null && list.data === undefined && <Refused error={list.error} again={() => void list.refetch()} />}
      {list.data !== undefined && (shown.length > 0
        ? <PipelineRows items={shown} by={by} onSort={setBy} />
        : <None all={list.data.items.length} onClear={() => void navigate({ replace: true, search: {} })} />)}
    </div>
  );
}

function countOf(shown: number, all: number): string {
  return shown === all ? countText(all) : `${countText(shown)} of ${countText(all)}`;
}

function None({ all, onClear }: { all: number; onClear: () => void }) {
  if (all > 0) {
    return (
      <Empty title="No pipeline fits">
        <p>All words have to stand in its name, namespace, description, tags or labels.</p>
        <Button onClick={onClear}>Show all {countText(all)}</Button>
      </Empty>
    );
  }
  return (
    <Empty title="No pipelines yet">
      <p>A pipeline is a Python file. Put this into <code>pipelines/hello.py</code>, and it appears here as soon as it is saved:</p>
      <pre className={style.example}>{EXAMPLE}</pre>
      <p>Then start it here, or in a terminal:</p>
      <Command>penstock run pipelines/hello.py</Command>
    </Empty>
  );
}

const EXAMPLE = `from penstock import Pipeline

hello = Pipeline("hello", params={"name": "world"})

@hello.task
def greeting(name: str) -> str:
    return f"Hello, {name}!"

@hello.task
def shout(greeting: str) -> str:
    return greeting.upper()`;

function Refused({ error, again }: { error: Error; again: () => void }) {
  return (
    <Empty title="The pipelines can’t be listed">
      <p>{error.message}</p>
      {error instanceof ApiProblem && error.cure && <p>{error.cure}</p>}
      <Button onClick={again}>Try again</Button>
    </Empty>
  );
}
