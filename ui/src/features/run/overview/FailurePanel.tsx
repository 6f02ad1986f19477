/** What went wrong, first of all: which task, its message, where in its code, its last words; one failure at a time. */
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, Code, ScrollText } from "lucide-react";
import { useMemo, useState } from "react";

import type { Schemas } from "../../../api/client";
import { lastLinesQuery, type LogView } from "../../../api/logs";
import { StateLabel } from "../../../components/StateIcon";
import { doingText, type Failure, nextFailure } from "../failures";
import { taskText } from "../../../domain/formats";
import { placeOf, RunLink } from "../links";
import { LogText } from "../logs/LogText";
import { Source } from "./Source";
import { culprit, partsOf } from "./traceback";
import { Traceback } from "./Traceback";
import { CopyText } from "../CopyText";
import "../logs/logs.css";

interface Props {
  run: Schemas["RunDocument"];
  failures: readonly Failure[];
  /** The one that is looked at. */
  failure: Failure;
  onFailure: (failure: Failure) => void;
  heldBack: number;
}

export function FailurePanel({ run, failures, failure, onFailure, heldBack }: Props) {
  const [withSource, setWithSource] = useState(false);
  const { error } = failure;
  const parts = useMemo(() => (error?.traceback ? partsOf(error.traceback) : []), [error]);
  const place = failures.indexOf(failure) + 1;
  const walk = (by: 1 | -1) => {
    const next = nextFailure(failures, { task: failure.task, mapIndex: failure.mapIndex }, by);
    if (next !== undefined) onFailure(next);
  };
  const frame = culprit(parts);
  const doing = doingText(error);
  return (
    <section className="pn-failure" aria-label="What went wrong">
      <header>
        <StateLabel state="failed" reason={failure.reason === "user_error" ? null : failure.reason} />
        <h2><span dir="auto">{taskText(failure.task, failure.mapIndex, failure.label)}</span></h2>
        {doing !== null && <span className="pn-dim" dir="auto">{doing}</span>}
        {failure.attempts > 1 && <span className="pn-dim">attempt {failure.attempt} of {failure.attempts}</span>}
        <span className="pn-logs-gap" />
        {failures.length > 1 && (
          <nav aria-label="Failed tasks" className="pn-failure-walk">
            <ActionIcon aria-label="Previous failed task" onClick={() => walk(-1)}><ChevronLeft size={15} /></ActionIcon>
            <span>{place} of {failures.length} failed tasks</span>
            <Tooltip label="Next failed task (f)"><ActionIcon aria-label="Next failed task" onClick={() => walk(1)}><ChevronRight size={15} /></ActionIcon></Tooltip>
          </nav>
        )}
      </header>
      <div className="pn-failure-message" dir="auto">
        {error?.type && <strong>{error.type}{error.message ? ": " : ""}</strong>}{error?.message ?? (error?.type ? "" : reasonText(failure))}
      </div>
      <div className="pn-failure-actions">
        <RunLink run={run.id} tab="logs" search={placeOf(failure.task, failure.mapIndex, failure.attempt)} className="pn-button">
          <ScrollText size={14} aria-hidden /> Log of this attempt
        </RunLink>
        <Button leftSection={<Code size={14} aria-hidden />} aria-expanded={withSource} onClick={() => setWithSource(!withSource)}>{withSource ? "Hide source" : "Source"}</Button>
        {error?.traceback && <CopyText text={error.traceback} label="Copy traceback" />}
        {heldBack > 0 && <span className="pn-dim">{heldBack === 1 ? "1 task was" : `${heldBack.toLocaleString("en")} tasks were`} not run because of {failures.length === 1 ? "it" : "this"}.</span>}
      </div>
      {withSource && <Source run={run.id} task={failure.task} mark={frame} />}
      {parts.some((part) => part.kind === "frame") && <Traceback parts={parts} />}
      <LastWords run={run.id} failure={failure} />
    </section>
  );
}

function reasonText({ reason }: Failure): string {
  return reason === null ? "No message was told." : `It ended by ${reason.replaceAll("_", " ")}, without a message of its own.`;
}

const LAST = 12;

/** The last lines that the attempt wrote. */
function LastWords({ run, failure }: { run: string; failure: Failure }) {
  const view = useMemo<LogView>(
    () => ({ run, task: failure.task, mapIndex: failure.mapIndex ?? undefined, attempt: failure.attempt ?? undefined, levels: [] }),
    [run, failure],
  );
  const { data } = useQuery({ ...lastLinesQuery(view, LAST), enabled: failure.attempt !== null });
  if (data === undefined || data.lines.length === 0) return null;
  return (
    <div className="pn-failure-log">
      <h3>Its last lines{data.total > data.lines.length && <span className="pn-dim">, of {data.total.toLocaleString("en")}</span>}</h3>
      <ol>
        {data.lines.map((line) => (
          <li key={line.seq} className="pn-log-row" data-level={line.level ?? undefined}>
            <span className="pn-log-level">{line.level ?? (line.stream === "stderr" ? "stderr" : "")}</span>
            <span className="pn-log-text" dir="auto"><LogText message={line.message} needle="" /></span>
          </li>
        ))}
      </ol>
    </div>
  );
}
