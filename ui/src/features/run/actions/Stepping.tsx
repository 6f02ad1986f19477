/** A run of type debug that rests at a breakpoint: on by one task or to the next breakpoint, with other params if wanted. */
import { Button, MultiSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Play, StepForward } from "lucide-react";
import { useMemo, useState } from "react";

import { runParamsQuery, useAct } from "../../../api/actions";
import { problemText } from "../../../api/client";
import { runGraphQuery } from "../../../api/graphs";
import type { RunDocument } from "../../../api/runs";
import { type Param, readEdits } from "../../../domain/params";
import { isOver } from "../../../domain/states";
import { Edits } from "./Edits";
import "./actions.css";

const NONE: readonly Param[] = [];

export function Stepping({ run }: { run: RunDocument }) {
  const rests = run.state === "paused" && run.reason === "breakpoint";
  const params = useQuery({ ...runParamsQuery(run.id), enabled: rests }).data?.params ?? NONE;
  const graph = useQuery(runGraphQuery(run.id));
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [sent, setSent] = useState(false);
  const edits = useMemo(() => readEdits(params, texts, run.params), [params, texts, run.params]);
  const resume = useAct("resume");
  const breakpoints = useAct("breakpoints");
  const go = (step: boolean) => {
    setSent(true);
    if (Object.keys(edits.problems).length > 0) return;
    resume.mutate({ id: run.id, asked: { step, params: edits.params } }, { onSuccess: () => { setTexts({}); setSent(false); } });
  };
  const names = (graph.data?.tasks ?? []).filter(({ role }) => role === "task").map(({ name }) => name);
  const put = (next: string[]) => breakpoints.mutate({ id: run.id, asked: { set: next.filter((name) => !run.breakpoints.includes(name)), remove: run.breakpoints.filter((name) => !next.includes(name)) } });
  const problem = resume.error ?? breakpoints.error;
  return (
    <section className="pn-stepping" aria-label="Debug">
      {!isOver(run.state) && <MultiSelect label="Breakpoints" description="The run rests before these tasks" placeholder={run.breakpoints.length === 0 ? "none" : ""} searchable limit={100} nothingFoundMessage="No such task" data={names} value={run.breakpoints} disabled={breakpoints.isPending} onChange={put} />}
      {rests && params.length > 0 && <Edits params={params} given={run.params} texts={texts} edits={edits} sent={sent} open={false} hint="Other values hold for the tasks that have not begun." onChange={(name, text) => setTexts((before) => ({ ...before, [name]: text }))} />}
      {problem !== null && <p role="alert" className="pn-ask-problem">{problemText(problem)}</p>}
      {rests && (
        <div className="pn-approval-buttons">
          <Button leftSection={<StepForward size={14} aria-hidden />} loading={resume.isPending} onClick={() => go(true)}>Step</Button>
          <Button variant="filled" leftSection={<Play size={14} aria-hidden />} loading={resume.isPending} onClick={() => go(false)}>Continue</Button>
        </div>
      )}
    </section>
  );
}
