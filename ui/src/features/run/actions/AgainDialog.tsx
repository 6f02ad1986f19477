/** A retry or a replay: from where, on which version, with which params; and exactly which tasks run and which keep what they made. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { runParamsQuery, useAct } from "../../../api/actions";
import { pipelineGraphQuery, runGraphQuery } from "../../../api/graphs";
import { useKeyOf } from "../../../api/once";
import { pipelineQuery } from "../../../api/pipelines";
import type { RunDocument } from "../../../api/runs";
import { aboutQuery } from "../../../api/service";
import { Choice } from "../../../components/Choice";
import { tell } from "../../../components/Told";
import { retryFromRefusal, runRefusal } from "../../../domain/actions";
import { replayOf, retryOf } from "../../../domain/again";
import { readEdits } from "../../../domain/params";
import { isOver } from "../../../domain/states";
import { Confirm } from "./Confirm";
import type { Wish } from "./context";
import { Edits } from "./Edits";
import { Effects } from "./Effects";

const WHOLE = "\n";

export function AgainDialog({ run, wish, onClose }: { run: RunDocument; wish: Extract<Wish, { action: "retry" | "replay" }>; onClose: () => void }) {
  const { action } = wish;
  const key = { name: run.pipeline, namespace: run.namespace };
  const [from, setFrom] = useState(wish.from);
  const [version, setVersion] = useState<"same" | "latest">("same");
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [sent, setSent] = useState(false);
  const pipeline = useQuery({ ...pipelineQuery(key), enabled: action === "replay", retry: false });
  const asItWas = useQuery({ ...runGraphQuery(run.id), enabled: version === "same" });
  const asItIs = useQuery({ ...pipelineGraphQuery(key), enabled: version === "latest" });
  const graph = version === "same" ? asItWas : asItIs;
  const ofRun = useQuery(runParamsQuery(run.id));
  const params = (version === "same" ? ofRun.data : pipeline.data)?.params;
  const about = useQuery(aboutQuery());
  const edits = useMemo(() => readEdits(params ?? [], texts, run.params), [params, texts, run.params]);
  const edited = Object.keys(edits.params).length > 0;
  const again = useMemo(() => graph.data && (action === "retry" ? retryOf(graph.data, run.tasks, from, edited) : replayOf(graph.data, run.tasks, from)), [graph.data, action, run.tasks, from, edited]);
  const refused = (action === "replay" ? runRefusal("replay", run) : from === null ? runRefusal("retry", run) : retryFromRefusal(run)) ?? again?.refused ?? null;

  const retry = useAct("retry");
  const replay = useAct("replay");
  const acting = action === "retry" ? retry : replay;
  const keyOf = useKeyOf();
  const navigate = useNavigate();
  const go = () => {
    setSent(true);
    if (Object.keys(edits.problems).length > 0) return;
    const asked = { task: from, params: edits.params };
    if (action === "retry") {
      retry.mutate({ id: run.id, asked, key: keyOf(asked) }, { onSuccess: (answer) => { tell("waits" in answer ? "Asked for: it begins when an engine is up" : "Running again"); onClose(); } });
      return;
    }
    const whole = { ...asked, version };
    replay.mutate({ id: run.id, asked: whole, key: keyOf(whole) }, {
      onSuccess: (answer) => {
        onClose();
        if (!("run" in answer)) return;
        tell(`This is the replay of ${run.id}`);
        void navigate({ to: "/runs/$runId/$tab", params: { runId: answer.run.id, tab: "overview" } });
      },
    });
  };

  const [word, yes] = action === "retry" ? ["Retry", from === null ? "Retry the run" : "Retry from here"] : ["Replay", "Replay"];
  return (
    <Confirm wide title={`${word} run ${run.id}`} no="Leave it" yes={yes} blocked={refused !== null || again === undefined} doing={acting.isPending} problem={acting.error} onNo={onClose} onYes={go}>
      <p className="pn-dim">
        {action === "retry"
          ? "In place: the run gets its next generation. Earlier attempts stay readable."
          : `A new run, linked to this one${isOver(run.state) ? "" : ", which goes on meanwhile: what it has not finished counts as not done"}.`}
      </p>
      <div className="pn-ask-fields">
        <Select
          label="What runs" searchable limit={200} allowDeselect={false} nothingFoundMessage="No such task" comboboxProps={{ withinPortal: true }}
          data={[{ value: WHOLE, label: action === "retry" ? "what failed or never ran" : "the whole run" }, ...(graph.data?.tasks ?? []).filter(({ role }) => role === "task").map(({ name }) => ({ value: name, label: `${name} and all after it` }))]}
          value={from ?? WHOLE} onChange={(value) => setFrom(value === null || value === WHOLE ? null : value)}
        />
        {action === "replay" && <Version run={run} latest={pipeline.data?.version} present={pipeline.data?.present ?? false} version={version} onChange={setVersion} />}
      </div>
      {params !== undefined && params.length > 0 && (
        <Edits
          params={params} given={run.params} texts={texts} edits={edits} sent={sent} open={wish.edits ?? false} onChange={(name, text) => setTexts((before) => ({ ...before, [name]: text }))}
          hint={action === "retry" ? "Other values hold for what runs again. What is kept was made with the ones before." : undefined}
        />
      )}
      {refused !== null ? <p role="alert" className="pn-ask-refused">{refused}</p> : again !== undefined && <Effects again={again} run={run} action={action} />}
      {graph.error !== null && <p role="alert" className="pn-ask-refused">{graph.error.message}</p>}
      {about.data?.engine_alive === false && <p role="note" className="pn-ask-refused">No engine is up. It waits until one is: <code>penstock up</code> starts it.</p>}
    </Confirm>
  );
}

function Version({ run, latest, present, version, onChange }: { run: RunDocument; latest: string | undefined; present: boolean; version: "same" | "latest"; onChange: (version: "same" | "latest") => void }) {
  if (latest === undefined || latest === run.version) return <p className="pn-ask-version pn-dim">On the version that it had, which is the latest: <code>{run.version}</code></p>;
  return (
    <div className="pn-ask-version">
      <span>Version</span>
      <Choice label="Version" value={version} options={[["same", `same, ${run.version.slice(0, 8)}`], ...(present ? [["latest", `latest, ${latest.slice(0, 8)}`] as const] : [])]} onChange={onChange} />
    </div>
  );
}
