import { Button, Modal, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { runCountQuery, useCancelRuns, useLabelRuns, type Many, type RunQuery } from "../../api/runs";
import { countText } from "../../domain/formats";

export interface DoProps {
  many: Many;
  /** The runs in words: "12 runs". */
  said: string;
  /** How many of them still go on: known, or the query that counts them. */
  open: number | RunQuery;
  onDone: () => void;
}

/** Sets labels on many runs, and removes some. */
export function Labels({ many, said, onDone }: DoProps) {
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
          {label.error && <p role="alert" className="pn-runs-refused">{label.error.message}</p>}
          <Button variant="filled" style={{ justifySelf: "end" }} loading={label.isPending} disabled={wrong !== undefined || set.length + remove.length === 0} onClick={apply}>
            Change {said}
          </Button>
        </div>
      )}
    </Modal>
  );
}

/** Cancels many runs: says before how many that touches, and after what became of each. */
export function Cancel({ many, said, open, onDone }: DoProps) {
  const cancel = useCancelRuns();
  const counted = useQuery({ ...runCountQuery(typeof open === "number" ? {} : open), enabled: typeof open !== "number" });
  const going = typeof open === "number" ? open : counted.data?.count;
  return (
    <Modal opened onClose={onDone} title={`Cancel ${said}?`}>
      {cancel.data ? <Outcome result={cancel.data} verb="cancelled" onDone={onDone} /> : (
        <div style={{ display: "grid", gap: 12 }}>
          <p>
            {going === undefined ? "Counting those that still go on." : going === 0 ? "None of them goes on now: all are over, and stay as they are." : (
              <><b>{going === 1 ? "1 of them goes on" : `${countText(going)} of them go on`}</b>: what runs is ended with all its processes, and nothing new starts. Runs that are over stay as they are.</>
            )}
          </p>
          {cancel.error && <p role="alert" className="pn-runs-refused">{cancel.error.message}</p>}
          {going === 0 ? <Button style={{ justifySelf: "end" }} data-autofocus onClick={onDone}>Close</Button> : (
            <Button variant="filled" color="red" style={{ justifySelf: "end" }} loading={cancel.isPending} onClick={() => cancel.mutate(many)}>
              Cancel {going === undefined ? said : going === 1 ? "1 run" : `${countText(going)} runs`}
            </Button>
          )}
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
