import { Button, CloseButton, Modal, TagsInput } from "@mantine/core";
import { CircleSlash, Tags } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useCancelRuns, useLabelRuns, type Many } from "../../api/runs";
import { countText } from "../../domain/formats";

interface Props {
  ids: readonly string[];
  /** All that fit the filter, where they are more than are ticked: how many, and the list's query. */
  all: { count: number; exact: boolean; filter: string };
  onClear: () => void;
}

type Doing = "labels" | "cancel" | null;

/** What can be done with many runs. It says exactly what it will touch, and what became of each. */
export function BulkBar({ ids, all, onClear }: Props) {
  const [everything, setEverything] = useState(false);
  const [doing, setDoing] = useState<Doing>(null);
  const many: Many = everything ? { filter: all.filter } : { ids: [...ids] };
  const said = everything ? `all ${all.exact ? "" : "more than "}${countText(all.count)} runs that match` : `${countText(ids.length)} ${ids.length === 1 ? "run" : "runs"}`;
  return (
    <>
      <div className="pn-runs-bulk" role="toolbar" aria-label="Ticked runs">
        <b>{everything ? `All ${all.exact ? "" : ">"}${countText(all.count)}` : countText(ids.length)} ticked</b>
        {!everything && all.count > ids.length && (
          <Button variant="subtle" size="compact-xs" onClick={() => setEverything(true)}>
            All {all.exact ? "" : "more than "}{countText(all.count)} that match
          </Button>
        )}
        <Button size="compact-sm" leftSection={<Tags size={14} aria-hidden />} onClick={() => setDoing("labels")}>Set labels…</Button>
        <Button size="compact-sm" leftSection={<CircleSlash size={14} aria-hidden />} onClick={() => setDoing("cancel")}>Cancel…</Button>
        <CloseButton size="sm" aria-label="Tick none" onClick={onClear} />
      </div>
      {doing === "labels" && <Labels many={many} said={said} onDone={() => setDoing(null)} />}
      {doing === "cancel" && <Cancel many={many} said={said} onDone={() => setDoing(null)} />}
    </>
  );
}

interface DoProps {
  many: Many;
  said: string;
  onDone: () => void;
}

function Labels({ many, said, onDone }: DoProps) {
  const [set, setSet] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const label = useLabelRuns();
  const wrong = set.find((text) => text.indexOf("=") < 1);
  const apply = () => {
    const pairs = set.map((text) => [text.slice(0, text.indexOf("=")).trim(), text.slice(text.indexOf("=") + 1).trim()] as const);
    label.mutate({ many, set: Object.fromEntries(pairs), remove });
  };
  return (
    <Modal opened onClose={onDone} title={`Labels of ${said}`}>
      {label.data ? <Outcome result={label.data} verb="labelled" onDone={onDone} /> : (
        <div style={{ display: "grid", gap: 12 }}>
          <TagsInput label="Set" description="key=value, one after another" data-autofocus value={set} onChange={setSet} splitChars={[","]} error={wrong && `“${wrong}” is no label: write key=value`} />
          <TagsInput label="Remove" description="keys" value={remove} onChange={setRemove} splitChars={[","]} />
          {label.error && <p role="alert" style={{ color: "var(--pn-danger)" }}>{label.error.message}</p>}
          <Button variant="filled" style={{ justifySelf: "end" }} loading={label.isPending} disabled={wrong !== undefined || set.length + remove.length === 0} onClick={apply}>
            Change {said}
          </Button>
        </div>
      )}
    </Modal>
  );
}

function Cancel({ many, said, onDone }: DoProps) {
  const cancel = useCancelRuns();
  return (
    <Modal opened onClose={onDone} title={`Cancel ${said}?`}>
      {cancel.data ? <Outcome result={cancel.data} verb="cancelled" onDone={onDone} /> : (
        <div style={{ display: "grid", gap: 12 }}>
          <p>What runs in them is ended with all its processes, and nothing new starts. Runs that are over stay as they are.</p>
          {cancel.error && <p role="alert" style={{ color: "var(--pn-danger)" }}>{cancel.error.message}</p>}
          <Button variant="filled" color="red" style={{ justifySelf: "end" }} loading={cancel.isPending} onClick={() => cancel.mutate(many)}>Cancel {said}</Button>
        </div>
      )}
    </Modal>
  );
}

function Outcome({ result, verb, onDone }: { result: Schemas["ManyResult"]; verb: string; onDone: () => void }) {
  const refused = result.results.filter((one) => one.outcome === "refused");
  return (
    <div style={{ display: "grid", gap: 12 }}>
      <p role="status">
        {countText(result.applied)} {verb}{result.waiting > 0 && `, ${countText(result.waiting)} on their way`}{result.refused > 0 && `, ${countText(result.refused)} refused`}.
      </p>
      {refused.length > 0 && (
        <ul style={{ maxHeight: 240, overflow: "auto" }}>
          {refused.slice(0, 200).map((one) => <li key={one.id}><code>{one.id}</code> <span className="pn-dim">{one.detail ?? one.code}</span></li>)}
        </ul>
      )}
      <Button style={{ justifySelf: "end" }} data-autofocus onClick={onDone}>Done</Button>
    </div>
  );
}
