/** A task that asks a person: what it asks, the form of the answer, and the two ways to give it. */
import { Button, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useState } from "react";

import { useAct } from "../../../api/actions";
import { ApiProblem, problemText, type Schemas } from "../../../api/client";
import { runGraphQuery } from "../../../api/graphs";
import type { RunDocument } from "../../../api/runs";
import { ParamField } from "../../../components/ParamField";
import { StateIcon } from "../../../components/StateIcon";
import { tell } from "../../../components/Told";
import { durationText, momentText, taskText } from "../../../domain/formats";
import { firstTexts, readAll } from "../../../domain/params";
import "./actions.css";

type Task = RunDocument["tasks"][number];

export function Approvals({ run, tasks }: { run: RunDocument; tasks: readonly Task[] }) {
  const graph = useQuery({ ...runGraphQuery(run.id), enabled: tasks.length > 0 });
  return tasks.map((task) => {
    const node = graph.data?.tasks.find(({ name }) => name === task.name);
    return node?.approval ? <Approval key={`${task.name} ${task.map_index ?? ""} ${task.generation}`} run={run} task={task} question={node.approval} timeout={node.timeout} /> : null;
  });
}

function Approval({ run, task, question, timeout }: { run: RunDocument; task: Task; question: Schemas["Question"]; timeout: number | null }) {
  const [texts, setTexts] = useState(() => firstTexts(question.params));
  const [comment, setComment] = useState("");
  const [sent, setSent] = useState(false);
  const approve = useAct("approve");
  const filled = readAll(question.params, texts);
  const told = { ...filled.problems, ...problemsOf(approve.error, question.params) };
  const answer = (decision: "approve" | "reject") => {
    setSent(decision === "approve");
    if (decision === "approve" && Object.keys(filled.problems).length > 0) return;
    const asked = { task: task.name, decision, values: decision === "approve" ? filled.params : {}, comment: comment.trim() === "" ? null : comment.trim() };
    approve.mutate({ id: run.id, asked }, { onSuccess: (got) => tell("waits" in got ? "Asked for: its engine has not answered yet" : decision === "approve" ? "Approved" : "Rejected") });
  };
  const since = task.started_at ?? task.queued_at;
  return (
    <form className="pn-approval" aria-label={`Answer ${task.name}`} noValidate onSubmit={(event) => { event.preventDefault(); answer("approve"); }}>
      <h2><StateIcon state="paused" silent /> <bdi>{taskText(task.name, task.map_index, task.label)}</bdi> <span className="pn-dim">waits for an answer</span></h2>
      {question.message !== "" && <p className="pn-approval-asks" dir="auto">{question.message}</p>}
      {question.params.map((param) => <ParamField key={param.name} param={param} text={texts[param.name] ?? ""} problem={sent ? told[param.name] : undefined} onChange={(text) => setTexts((before) => ({ ...before, [param.name]: text }))} />)}
      <Textarea label="comment" description="Kept in the history, beside who answered" autosize minRows={1} maxRows={6} maxLength={4_000} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
      {approve.error !== null && <p role="alert" className="pn-ask-problem">{problemText(approve.error)}</p>}
      <div className="pn-approval-buttons">
        {timeout !== null && since !== null && <span className="pn-dim">Without an answer it is {WITHOUT[question.on_timeout]} {durationText(timeout)} after it asked, at {momentText(Date.parse(since) + timeout * 1000)}.</span>}
        <Button color="red" variant="light" leftSection={<X size={14} aria-hidden />} disabled={approve.isPending} onClick={() => answer("reject")}>Reject</Button>
        <Button type="submit" variant="filled" leftSection={<Check size={14} aria-hidden />} loading={approve.isPending}>Approve</Button>
      </div>
    </form>
  );
}

const WITHOUT: Readonly<Record<Schemas["Question"]["on_timeout"], string>> = { rejected: "rejected", approved: "approved", failed: "failed" };

/** What the server says of single fields. */
function problemsOf(error: Error | null, params: Schemas["Question"]["params"]): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  const found = error.errors.map(({ where, detail }) => [where.split(/[./]/).pop() ?? "", detail] as const);
  return Object.fromEntries(found.filter(([name]) => params.some((param) => param.name === name)));
}
