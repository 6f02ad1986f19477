/** What went wrong, first of all: which task, its message, the line of its code, the log around it, and what can be done; one failure at a time. */
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { ChevronLeft, ChevronRight, Code, ListX, SquareChevronRight } from "lucide-react";
import { useState } from "react";

import type { RunDocument } from "../../../api/runs";
import { DropMenu, MenuItem, MenuNote } from "../../../components/DropMenu";
import { StateIcon, StateLabel } from "../../../components/StateIcon";
import { tell } from "../../../components/Told";
import { countText, taskText } from "../../../domain/formats";
import { useTaskActions } from "../actions/TaskActions";
import { useAsk } from "../actions/context";
import { CopyText } from "../CopyText";
import { doingText, type Failure, nextFailure, scrolls } from "../failures";
import { attemptOf, triedText } from "../generations";
import { useRunPlace } from "../place";
import { FailureLog } from "./FailureLog";
import { Source, useSourceLines } from "./Source";
import { culprit, partsOf } from "./traceback";
import { Traceback } from "./Traceback";

interface Props {
  run: RunDocument;
  failures: readonly Failure[];
  /** The one that is looked at. */
  failure: Failure;
  onFailure: (failure: Failure) => void;
  heldBack: number;
}

export function FailurePanel({ run, failures, failure, onFailure, heldBack }: Props) {
  const [{ attempt: n, generation }, setPlace] = useRunPlace();
  const [open, setOpen] = useState<{ source?: boolean; trace?: boolean }>({});
  const attempt = attemptOf(failure.attempts, n ?? null, generation ?? null) ?? attemptOf(failure.attempts, failure.attempt, failure.generation);
  const error = attempt === undefined ? failure.error : attempt.error;
  const parts = error?.traceback ? partsOf(error.traceback) : [];
  const frame = culprit(parts);
  const lines = useSourceLines(run.id, failure.task, frame);
  const hasTrace = parts.some((part) => part.kind === "frame");
  // The line that failed says it in one look; without it the traceback has to.
  const traced = open.trace ?? (lines.data !== undefined && !lines.marked);
  const doing = doingText(error);
  const tried = triedText(failure.attempts, attempt);
  return (
    <section className="pn-failure" aria-label="What went wrong">
      <header>
        <StateLabel state="failed" reason={failure.reason === "user_error" ? null : failure.reason} />
        <h2><span dir="auto">{taskText(failure.task, failure.mapIndex, failure.label)}</span></h2>
        {doing !== null && <span className="pn-dim" dir="auto">{doing}</span>}
        <span className="pn-logs-gap" />
        {failures.length > 1 && <Switcher failures={failures} failure={failure} onFailure={onFailure} />}
      </header>
      {tried !== null && <Tries failure={failure} attempt={attempt} tried={tried} onChoose={(next) => setPlace({ task: failure.task, map: failure.mapIndex ?? undefined, attempt: next.n, generation: next.generation })} />}
      <div className="pn-failure-message" dir="auto" tabIndex={scrolls(error?.message) ? 0 : undefined}>
        {error === null ? reasonText(attempt?.state === "succeeded" ? "This attempt succeeded." : null, attempt?.reason ?? failure.reason) : <>{error.type && <strong>{error.type}{error.message ? ": " : ""}</strong>}{error.message ?? (error.type ? "" : reasonText(null, failure.reason))}</>}
      </div>
      <div className="pn-failure-actions">
        <Actions run={run} failure={failure} />
        <Button leftSection={<Code size={14} aria-hidden />} aria-expanded={open.source ?? false} onClick={() => setOpen({ ...open, source: !open.source })}>{open.source ? "Hide source" : "Source"}</Button>
        {hasTrace && <Button leftSection={<SquareChevronRight size={14} aria-hidden />} aria-expanded={traced} onClick={() => setOpen({ ...open, trace: !traced })}>{traced ? "Hide traceback" : "Traceback"}</Button>}
        {error?.traceback && <CopyText small text={error.traceback} label="Copy traceback" />}
      </div>
      {heldBack > 0 && <p className="pn-failure-held pn-dim">{heldBack === 1 ? "1 task was" : `${countText(heldBack)} tasks were`} not run because of {failures.length === 1 ? "it" : "the failures"}.</p>}
      {open.source ? <Source run={run.id} task={failure.task} mark={frame} /> : lines.marked && <Source run={run.id} task={failure.task} mark={frame} around={AROUND} />}
      {traced && hasTrace && <Traceback parts={parts} />}
      {attempt !== undefined && <FailureLog key={`${failure.task} ${failure.mapIndex ?? ""} ${attempt.generation} ${attempt.n}`} run={run} failure={failure} attempt={attempt} />}
    </section>
  );
}

/** Lines of source shown before and after the one that failed. */
const AROUND = 3;

function Switcher({ failures, failure, onFailure }: Pick<Props, "failures" | "failure" | "onFailure">) {
  const place = failures.indexOf(failure) + 1;
  const walk = (by: 1 | -1) => {
    const next = nextFailure(failures, { task: failure.task, mapIndex: failure.mapIndex }, by);
    if (next !== undefined) onFailure(next);
  };
  const shown = failures.slice(0, MOST);
  return (
    <nav aria-label="Failed tasks" className="pn-failure-walk">
      <Tooltip label="Previous failed task (F)"><ActionIcon aria-label="Previous failed task" onClick={() => walk(-1)}><ChevronLeft size={15} /></ActionIcon></Tooltip>
      <span>{countText(place)} of {countText(failures.length)}</span>
      <DropMenu label={`${place} of ${failures.length} failed tasks`} icon={<ListX size={14} aria-hidden />} word="failed tasks">
        {shown.map((one) => (
          <MenuItem key={`${one.task}\n${one.mapIndex ?? ""}`} icon={<StateIcon state="failed" size={13} />} onSelect={() => onFailure(one)} title={one.error?.message ?? undefined}>
            <span className="pn-failure-one"><bdi>{taskText(one.task, one.mapIndex, one.label)}</bdi><small className="pn-cut">{one.error?.type}{one.error?.message ? `: ${one.error.message}` : ""}</small></span>
          </MenuItem>
        ))}
        {failures.length > MOST && <MenuNote>and {countText(failures.length - MOST)} more: the list of tasks below has all of them.</MenuNote>}
      </DropMenu>
      <Tooltip label="Next failed task (f)"><ActionIcon aria-label="Next failed task" onClick={() => walk(1)}><ChevronRight size={15} /></ActionIcon></Tooltip>
    </nav>
  );
}

/** Failures that the menu lists. */
const MOST = 100;

/** Its attempts, of all generations: each with what it said. */
function Tries({ failure, attempt, tried, onChoose }: { failure: Failure; attempt: Failure["attempts"][number] | undefined; tried: string; onChoose: (attempt: Failure["attempts"][number]) => void }) {
  const lives = new Set(failure.attempts.map(({ generation }) => generation)).size > 1;
  return (
    <div className="pn-failure-tries" role="group" aria-label="Attempts">
      <span className="pn-dim">{tried}</span>
      {failure.attempts.slice(-12).map((one) => (
        <button
          key={`${one.generation} ${one.n}`} type="button" aria-pressed={one === attempt} aria-label={`Attempt ${one.n}${lives ? ` of generation ${one.generation}` : ""}`}
          title={one.error?.message ?? undefined} onClick={() => onChoose(one)}
        >
          <StateIcon state={one.state} size={12} silent /> {lives ? `${one.generation}.${one.n}` : one.n}
        </button>
      ))}
    </div>
  );
}

function Actions({ run, failure }: { run: RunDocument; failure: Failure }) {
  const ask = useAsk();
  const [retry, replay] = useTaskActions(run, { task: failure.task, mapIndex: failure.mapIndex });
  const shown = [
    retry && { ...retry, filled: true },
    replay && { ...replay, word: "Replay with edits", filled: false, act: () => ask({ action: "replay", from: failure.task, edits: true }) },
  ].filter((one) => one !== undefined);
  return shown.map(({ key, word, icon: Icon, why, act, filled }) => (
    <Button
      key={key} {...(filled && why === null ? { variant: "light" } : {})} leftSection={<Icon size={14} aria-hidden />} aria-disabled={why !== null || undefined} data-disabled={why !== null || undefined} title={why ?? undefined}
      onClick={() => (why === null ? act() : tell(why, { wrong: true }))}
    >
      {word}
    </Button>
  ));
}

function reasonText(well: string | null, reason: string | null): string {
  return well ?? (reason === null ? "No message was told." : `It ended by ${reason.replaceAll("_", " ")}, without a message of its own.`);
}
