import { Layers } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { AskedAction } from "../../../api/actions";
import type { RunQuery } from "../../../api/runs";
import { ACTION_LOOK } from "../../../components/actions";
import { useDoings } from "../../../components/doings";
import { DropMenu, MenuItem, MenuNote } from "../../../components/DropMenu";
import { ALLOWED } from "../../../domain/actions";
import { narrowed } from "../filter/narrowed";

const ActDialog = lazy(async () => await import("./ActDialog"));

const ALL = [
  ["cancel", "Cancel all that go on"], ["pause", "Pause all that are running"], ["resume", "Resume all that are paused"], ["retry", "Retry all that did not end well"], ["force-run", "Start all that wait at a limit"],
] as const satisfies readonly (readonly [AskedAction, string])[];

/** Actions on all runs of the filter whose state allows them, without ticking any. */
export function AllMenu({ query, filtered }: { query: RunQuery; filtered: boolean }) {
  const [doing, setDoing] = useState<AskedAction | null>(null);
  const shown = ALL;
  useDoings(shown.map(([action, word]) => ({ key: `all ${action}`, word: `${word}…`, many: true, act: () => setDoing(action) })));
  return (
    <>
      <DropMenu label="Actions on all runs" icon={<Layers size={14} aria-hidden />} word="All">
        <MenuNote>{filtered ? "Of the runs that the filter shows" : "Of all runs: a filter narrows it"}</MenuNote>
        {shown.map(([action, word]) => {
          const Icon = ACTION_LOOK[action].icon;
          return <MenuItem key={action} icon={<Icon size={14} aria-hidden />} danger={action === "cancel"} onSelect={() => setDoing(action)}>{word}…</MenuItem>;
        })}
      </DropMenu>
      {doing !== null && <Suspense><ActDialog action={doing} of={narrowed(query, ALLOWED[doing])} onDone={() => setDoing(null)} /></Suspense>}
    </>
  );
}
