import { Button, CloseButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CircleSlash, Columns2, Tags } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Many, RunQuery, RunSummary } from "../../api/runs";
import { countText } from "../../domain/formats";
import { isOver, RUN_STATES } from "../../domain/states";
import { queryText } from "./filter/language";

const Labels = lazy(async () => ({ default: (await import("./BulkDialogs")).Labels }));
const Cancel = lazy(async () => ({ default: (await import("./BulkDialogs")).Cancel }));

interface Props {
  /** The runs that are ticked. */
  runs: readonly RunSummary[];
  /** All that fit the filter, which may be more: how many, and the list's query. */
  all: { count: number; exact: boolean; query: RunQuery };
  onClear: () => void;
}

/** Most that the server takes at once. */
const MOST = 1_000;

/** What can be done with many runs. It says exactly what it will touch, and what became of each. */
export function BulkBar({ runs, all, onClear }: Props) {
  const [everything, setEverything] = useState(false);
  const [doing, setDoing] = useState<"labels" | "cancel" | null>(null);
  const many: Many = everything ? { filter: queryText(all.query) } : { ids: runs.map((run) => run.id) };
  const count = everything ? all.count : runs.length;
  const said = everything ? `all ${countText(all.count)} runs that match` : `${countText(runs.length)} ${runs.length === 1 ? "run" : "runs"}`;
  const shared = { many, said, open: everything ? openOf(all.query) : runs.filter((run) => !isOver(run.state)).length, onDone: () => setDoing(null) };
  return (
    <>
      <div className="pn-runs-bulk" role="toolbar" aria-label="Ticked runs">
        <b>{everything && "All "}{countText(count)} ticked</b>
        {!everything && all.count > runs.length && (
          all.exact && all.count <= MOST
            ? <Button variant="subtle" size="compact-xs" onClick={() => setEverything(true)}>All {countText(all.count)} that match</Button>
            : <span className="pn-dim">{countText(all.count)}{all.exact ? "" : "+"} match, {countText(MOST)} can be changed at once</span>
        )}
        {!everything && runs.length === 2 && <Compare runs={runs} />}
        <Button size="compact-sm" leftSection={<Tags size={14} aria-hidden />} disabled={count > MOST} onClick={() => setDoing("labels")}>Set labels…</Button>
        <Button size="compact-sm" leftSection={<CircleSlash size={14} aria-hidden />} disabled={count > MOST} onClick={() => setDoing("cancel")}>Cancel…</Button>
        <CloseButton size="sm" aria-label="Tick none" onClick={onClear} />
      </div>
      <Suspense>
        {doing === "labels" && <Labels {...shared} />}
        {doing === "cancel" && <Cancel {...shared} />}
      </Suspense>
    </>
  );
}

/** Two runs side by side, the older one first. */
function Compare({ runs }: { runs: readonly RunSummary[] }) {
  const [first, second] = runs.map(({ created_at, id }) => ({ created_at, id })).sort((one, other) => one.created_at.localeCompare(other.created_at));
  return (
    <Button
      size="compact-sm" leftSection={<Columns2 size={14} aria-hidden />}
      renderRoot={(props) => <Link to="/runs/$first/compare/$second" params={{ first: first!.id, second: second!.id }} {...props} />}
    >
      Compare
    </Button>
  );
}

/** Of the runs of a query those that still go on. */
function openOf(query: RunQuery): RunQuery {
  const said = query["state"] ?? [];
  const wanted = said.filter((state) => !state.startsWith("!"));
  const open = RUN_STATES.filter((state) => !isOver(state) && (wanted.length === 0 || wanted.includes(state)) && !said.includes(`!${state}`));
  // No state at all would mean every state: none is over and goes on.
  return { ...query, state: open.length > 0 ? open : ["running", "!running"] };
}
