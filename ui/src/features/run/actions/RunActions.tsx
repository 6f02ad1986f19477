/** What can be done with a run: buttons for what is wanted most in its state, a menu for the rest, each with its reason where it can't be. */
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { CircleCheck, Ellipsis, Play } from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";

import type { RunDocument } from "../../../api/runs";
import { type Doing, useDoings } from "../../../components/doings";
import { DropMenu, MenuItem, MenuLine } from "../../../components/DropMenu";
import { useKeys } from "../../../components/keys";
import { headActions, type RunAction, runRefusal } from "../../../domain/actions";
import { Asking, useAsk, type Wish } from "./context";
import { ACTION_LOOK } from "../../../components/actions";

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

/** What a dialog asks about; an answer has a form of its own. */
type Asked = Exclude<RunAction, "approve" | "reject">;

const MENU: readonly Asked[] = ["retry", "replay", "pause", "resume", "force-run", "set-state", "cancel", "delete"];

export function RunActions({ run }: { run: RunDocument }) {
  const ask = useAsk();
  const navigate = useNavigate();
  const wish = (action: Asked) => ask(wishOf(action));
  const wanted = headActions(run);
  const shown = wanted.filter((action): action is Asked => action !== "approve" && action !== "reject");
  const rest = MENU.filter((action) => !shown.includes(action) && isSensible(action, run));
  const runAgain = () => void navigate({ to: "/pipelines/$name/$tab", params: { name: run.pipeline, tab: "overview" }, search: { namespace: run.namespace, run: "now", like: run.id } });
  const answer = () => void navigate({ to: "/runs/$runId/$tab", params: { runId: run.id, tab: "overview" } });
  const can = (action: RunAction) => runRefusal(action, run) === null;
  useDoings([
    ...MENU.filter(can).map((action): Doing => ({ key: `do ${action}`, word: action === "set-state" ? "Set the state of this run…" : `${ACTION_LOOK[action].word} this run…`, act: () => wish(action) })),
    ...(can("approve") ? [{ key: "do answer", word: "Answer what this run asks…", act: answer }] : []),
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
      {wanted.includes("approve") && <Button variant="filled" leftSection={<CircleCheck size={14} aria-hidden />} title="It waits for an answer: to its form" onClick={answer}>Answer</Button>}
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

function ActionItem({ action, run, onSelect }: { action: Asked; run: RunDocument; onSelect: () => void }) {
  const { word, icon: Icon, says } = ACTION_LOOK[action];
  return <MenuItem icon={<Icon size={14} aria-hidden />} why={runRefusal(action, run)} danger={action === "delete" || action === "cancel"} title={says} onSelect={onSelect}>{word}…</MenuItem>;
}

/** Pairs of which one makes no sense in any moment near are left out rather than refused. */
function isSensible(action: Asked, run: RunDocument): boolean {
  if (action === "resume") return run.state === "paused";
  if (action === "force-run") return run.state === "queued";
  return true;
}

function wishOf(action: Asked): Wish {
  if (action === "retry" || action === "replay") return { action, from: null };
  if (action === "set-state") return { action, task: null, mapIndex: null };
  return { action };
}
