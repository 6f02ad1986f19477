/** What can be done with a run: buttons for what is wanted most in its state, a menu for the rest, each with its reason where it can't be. */
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, Play } from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";

import type { RunDocument } from "../../../api/runs";
import { type Doing, useDoings } from "../../../components/doings";
import { DropMenu, MenuItem, MenuLine } from "../../../components/DropMenu";
import { useKeys } from "../../../components/keys";
import { headActions, type RunAction, runRefusal } from "../../../domain/actions";
import { Asking, useAsk, type Wish } from "./context";
import { ACTION_LOOK, OFFERED } from "../../../components/actions";

const Dialog = lazy(async () => await import("./Dialog"));

/** Lets everything below ask for actions on the run. */
export function ActionsOf({ run, children }: { run: RunDocument; children: ReactNode }) {
  const [wish, setWish] = useState<Wish | null>(null);
  const close = useCallback(() => setWish(null), []);
  return (
    <Asking value={setWish}>
      {children}
      {wish !== null && <Suspense><Dialog run={run} wish={wish} onClose={close} /></Suspense>}
    </Asking>
  );
}

const MENU: readonly RunAction[] = ["retry", "replay", "pause", "resume", "force-run", "set-state", "cancel", "delete"];

export function RunActions({ run }: { run: RunDocument }) {
  const ask = useAsk();
  const navigate = useNavigate();
  const wish = (action: RunAction) => ask(wishOf(action));
  const shown = headActions(run).filter((action) => OFFERED.has(action));
  const rest = MENU.filter((action) => OFFERED.has(action) && !shown.includes(action) && isSensible(action, run));
  const runAgain = () => void navigate({ to: "/pipelines/$name/$tab", params: { name: run.pipeline, tab: "overview" }, search: { namespace: run.namespace, run: "now", like: run.id } });
  const can = (action: RunAction) => OFFERED.has(action) && runRefusal(action, run) === null;
  useDoings([
    ...MENU.filter(can).map((action): Doing => ({ key: `do ${action}`, word: `${ACTION_LOOK[action].word} this run…`, act: () => wish(action) })),
    { key: "do again", word: "Run this pipeline with the same params…", act: runAgain },
  ]);
  useKeys({
    ...(can("retry") ? { r: () => wish("retry") } : {}),
    ...(can("replay") ? { R: () => wish("replay") } : {}),
    ...(can("pause") ? { p: () => wish("pause") } : can("resume") ? { p: () => wish("resume") } : {}),
  });
  return (
    <>
      {run.state === "cancelling" && <Button disabled>Cancelling</Button>}
      {shown.map((action, at) => {
        const { word, icon: Icon, says } = ACTION_LOOK[action];
        const colour = action === "cancel" ? { color: "red", variant: "light" } : at === 0 && (action === "retry" || action === "resume") ? { variant: "filled" } : {};
        return <Button key={action} {...colour} leftSection={<Icon size={14} aria-hidden />} title={says} onClick={() => wish(action)}>{word}</Button>;
      })}
      <DropMenu label="More actions" icon={<Ellipsis size={15} aria-hidden />} word={null}>
        {rest.filter((action) => action !== "delete").map((action) => <ActionItem key={action} action={action} run={run} onSelect={() => wish(action)} />)}
        <MenuItem icon={<Play size={14} aria-hidden />} onSelect={runAgain} title="Opens the form with this run's params">Run again…</MenuItem>
        {rest.includes("delete") && <><MenuLine /><ActionItem action="delete" run={run} onSelect={() => wish("delete")} /></>}
      </DropMenu>
    </>
  );
}

function ActionItem({ action, run, onSelect }: { action: RunAction; run: RunDocument; onSelect: () => void }) {
  const { word, icon: Icon, says } = ACTION_LOOK[action];
  return <MenuItem icon={<Icon size={14} aria-hidden />} why={runRefusal(action, run)} danger={action === "delete" || action === "cancel"} title={says} onSelect={onSelect}>{word}…</MenuItem>;
}

/** Pairs of which one makes no sense in any moment near are left out rather than refused. */
function isSensible(action: RunAction, run: RunDocument): boolean {
  if (action === "resume") return run.state === "paused";
  if (action === "force-run") return run.state === "queued";
  return true;
}

function wishOf(action: RunAction): Wish {
  if (action === "retry" || action === "replay") return { action, from: null };
  if (action === "set-state") return { action, task: null, mapIndex: null };
  return { action };
}
