import { Button, CloseButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Columns2, Ellipsis, Tags } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { AskedAction, Many } from "../../../api/actions";
import type { RunQuery, RunSummary } from "../../../api/runs";
import { ACTION_LOOK } from "../../../components/actions";
import { useDoings } from "../../../components/doings";
import { DropMenu, MenuItem } from "../../../components/DropMenu";
import { type RunAction, runRefusal } from "../../../domain/actions";
import { countText } from "../../../domain/formats";
import { queryText } from "../filter/language";

const Labels = lazy(async () => await import("./LabelsDialog"));
const ActDialog = lazy(async () => await import("./ActDialog"));
const AnswerDialog = lazy(async () => await import("./AnswerDialog"));

interface Props {
  /** The runs that are ticked. */
  runs: readonly RunSummary[];
  /** All that fit the filter, which may be more: how many, and the list's query. */
  all: { count: number; exact: boolean; query: RunQuery };
  onClear: () => void;
}

/** Most whose labels the server sets at once. */
const MOST_LABELLED = 1_000;
/** What has a button; the rest is in the menu. */
const FIRST = ["retry", "replay", "cancel"] as const satisfies readonly AskedAction[];
/** Of runs that all wait for an answer. */
const ANSWERS = ["approve", "reject", "cancel"] as const;
const REST = ["pause", "resume", "force-run", "set-state", "delete"] as const satisfies readonly AskedAction[];

/** What can be done with many runs. It says exactly what it will touch, and what became of each. */
export function BulkBar({ runs, all, onClear }: Props) {
  const [everything, setEverything] = useState(false);
  const [doing, setDoing] = useState<AskedAction | "approve" | "reject" | "labels" | null>(null);
  const filter = queryText(all.query);
  const many: Many = !everything ? { ids: runs.map((run) => run.id) } : filter === "" ? { all: true } : { filter };
  const count = everything ? all.count : runs.length;
  const said = everything ? `all ${countText(all.count)} runs that match` : `${countText(runs.length)} ${runs.length === 1 ? "run" : "runs"}`;
  const done = () => setDoing(null);
  // Of runs that are seen it is known whether any of them would be touched.
  const whyNot = (action: RunAction) => (everything || runs.some((run) => runRefusal(action, run) === null) ? null : runs.length === 1 ? runRefusal(action, runs[0]!) : "None of these runs allows it now.");
  const asking = !everything && runs.every((run) => runRefusal("approve", run) === null);
  const first = asking ? ANSWERS : FIRST;
  const rest = asking ? ([...FIRST, ...REST] as const).filter((action) => action !== "cancel") : REST;
  useDoings([...first, ...rest].filter((action) => whyNot(action) === null).map((action) => ({ key: `many ${action}`, word: `${ACTION_LOOK[action].word} the ${said} that are ticked…`, act: () => setDoing(action) })));
  return (
    <>
      {/* What was done may have taken them out of the list: what became of them is still told. */}
      {runs.length > 0 && (
        <div className="pn-runs-bulk" role="toolbar" aria-label="Ticked runs">
          <b>{everything && "All "}{countText(count)}{everything && !all.exact && "+"} ticked</b>
          {!everything && all.count > runs.length && <Button variant="subtle" size="compact-xs" onClick={() => setEverything(true)}>All {countText(all.count)}{all.exact ? "" : "+"} that match</Button>}
          {!everything && runs.length === 2 && <Compare runs={runs} />}
          {first.map((action) => {
            const { word, icon: Icon } = ACTION_LOOK[action];
            const why = whyNot(action);
            return <Button key={action} size="compact-sm" leftSection={<Icon size={14} aria-hidden />} data-disabled={why !== null || undefined} aria-disabled={why !== null || undefined} title={why ?? undefined} onClick={() => why === null && setDoing(action)}>{word}…</Button>;
          })}
          <DropMenu label="More for the ticked runs" word={null} icon={<Ellipsis size={14} aria-hidden />} up>
            <MenuItem icon={<Tags size={14} aria-hidden />} why={count > MOST_LABELLED ? `Labels are set for ${countText(MOST_LABELLED)} at once: narrow the filter.` : null} onSelect={() => setDoing("labels")}>Set labels…</MenuItem>
            {rest.map((action) => {
              const { word, icon: Icon } = ACTION_LOOK[action];
              return <MenuItem key={action} icon={<Icon size={14} aria-hidden />} why={whyNot(action)} danger={action === "delete"} onSelect={() => setDoing(action)}>{word}…</MenuItem>;
            })}
          </DropMenu>
          <CloseButton size="sm" aria-label="Tick none" onClick={onClear} />
        </div>
      )}
      <Suspense>
        {doing === "labels" && <Labels many={many} said={said} onDone={done} />}
        {(doing === "approve" || doing === "reject") && <AnswerDialog action={doing} runs={runs} onDone={done} />}
        {doing !== null && doing !== "labels" && doing !== "approve" && doing !== "reject" && <ActDialog action={doing} of={everything ? all.query : runs} onDone={done} />}
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
