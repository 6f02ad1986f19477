/** One answer for all that many runs ask: says before what is asked and what the answer is, and after what became of each. */
import { Button, Modal, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Asked, questionsQuery } from "../../../api/actions";
import { problemText } from "../../../api/client";
import type { RunSummary } from "../../../api/runs";
import { ACTION_LOOK } from "../../../components/actions";
import type { Question } from "../../../domain/approvals";
import { countText } from "../../../domain/formats";
import { Report } from "./Report";
import { useInParts } from "./useInParts";

interface Props {
  action: "approve" | "reject";
  runs: readonly RunSummary[];
  onDone: () => void;
}

export default function AnswerDialog({ action, runs, onDone }: Props) {
  const asked = useQuery(questionsQuery(runs.map(({ id }) => id)));
  const [comment, setComment] = useState("");
  const acting = useInParts("approve");
  const { word } = ACTION_LOOK[action];
  // A form with a field that nobody filled in can't be approved; it can be rejected.
  const open = (question: Question) => action === "approve" && question.open.length > 0;
  const answered = asked.data?.filter((question) => !open(question)) ?? [];
  const left = asked.data?.filter(open) ?? [];
  const count = answered.reduce((sum, { runs: of }) => sum + of.length, 0);
  const said = count === 1 ? "1 question" : `${countText(count)} questions`;
  const silent = asked.data === undefined ? 0 : runs.length - new Set(asked.data.flatMap(({ runs: of }) => of)).size;
  const go = () => void acting.go(answered.map((question) => [question.runs, answerOf(question, action, comment)]));
  if (acting.started) {
    const touched = answered.flatMap(({ runs: of }) => of.map((id) => runs.find((run) => run.id === id)!));
    return (
      <Modal opened onClose={onDone} title={`${word} ${said}`} size={620} closeOnClickOutside={false}>
        <Report action={action} runs={touched} outcomes={acting.outcomes} doing={acting.doing} problem={acting.problem} onStop={acting.stop} onDone={onDone} />
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onDone} title={asked.data === undefined ? word : `${word} ${said}?`} size={560}>
      <div className="pn-many">
        {asked.error !== null && <p role="alert" className="pn-runs-refused">{problemText(asked.error)}</p>}
        {asked.isPending && <p aria-busy>Looking what they ask.</p>}
        {asked.data !== undefined && count === 0 && <p>None of them: all stay as they are.</p>}
        {count > 0 && <p>{SAYS[action]}</p>}
        {answered.map((question) => <Asks key={`${question.runs[0]} ${question.task}`} question={question} action={action} />)}
        {(left.length > 0 || silent > 0) && (
          <div className="pn-many-left">
            <p>These stay as they are:</p>
            <ul>
              {left.map((question) => <li key={`${question.runs[0]} ${question.task}`}><b>{countText(question.runs.length)}</b> of <bdi>{question.pipeline}</bdi>: <bdi>{question.task}</bdi> asks for <bdi>{question.open.join(", ")}</bdi>, which has no default. Answer it on the run’s page.</li>)}
              {silent > 0 && <li><b>{countText(silent)}</b> that {silent === 1 ? "asks" : "ask"} nothing any more</li>}
            </ul>
          </div>
        )}
        {count > 0 && <Textarea label="comment" description="Kept in the history of each, beside who answered" autosize minRows={1} maxRows={6} maxLength={4_000} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />}
        <div className="pn-many-buttons">
          <Button {...(count === 0 ? { "data-autofocus": true } : {})} onClick={onDone}>{count === 0 ? "Close" : "Leave them"}</Button>
          {count > 0 && <Button variant="filled" {...(action === "reject" ? { color: "red" } : { "data-autofocus": true })} onClick={go}>{word} {said}</Button>}
        </div>
      </div>
    </Modal>
  );
}

const SAYS: Readonly<Record<Props["action"], string>> = {
  approve: "Each is answered with the defaults of its form, and its run goes on.",
  reject: "Each of these tasks fails: what reads it does not run, handlers of failures do.",
};

function Asks({ question, action }: { question: Question; action: Props["action"] }) {
  const { pipeline, task, runs, message, defaults } = question;
  return (
    <section className="pn-many-asks" aria-label={`${pipeline}: ${task}`}>
      <h3><bdi className="pn-cut" title={`${pipeline}: ${task}`}>{pipeline}: {task}</bdi><span>{runs.length === 1 ? "1 run" : `${countText(runs.length)} runs`}</span></h3>
      {message !== "" && <p dir="auto">{message}</p>}
      {action === "approve" && defaults.length > 0 && <dl>{defaults.map(([name, text]) => <div key={name}><dt><bdi>{name}</bdi></dt><dd>{text === "" ? <span className="pn-dim">empty</span> : <code>{text}</code>}</dd></div>)}</dl>}
    </section>
  );
}

function answerOf(question: Question, decision: Props["action"], comment: string): Asked["approve"] {
  return { task: question.task, decision, values: {}, comment: comment.trim() === "" ? null : comment.trim() };
}
