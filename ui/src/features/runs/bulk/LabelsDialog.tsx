import { Button, Modal, TagsInput } from "@mantine/core";
import { useState } from "react";
import { refusalText, type Many } from "../../../api/actions";
import { problemText, type Schemas } from "../../../api/client";
import { useLabelRuns } from "../../../api/runs";
import { countText } from "../../../domain/formats";

interface Props {
  many: Many;
  /** The runs in words: "12 runs". */
  said: string;
  onDone: () => void;
}

/** Sets labels on many runs, and removes some. */
export default function Labels({ many, said, onDone }: Props) {
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
          {label.error && <p role="alert" className="pn-runs-refused">{problemText(label.error)}</p>}
          <Button variant="filled" style={{ justifySelf: "end" }} loading={label.isPending} disabled={wrong !== undefined || set.length + remove.length === 0} onClick={apply}>
            Change {said}
          </Button>
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
          {refused.slice(0, 200).map((one) => <li key={one.id}><code>{one.id}</code> <span className="pn-dim">{refusalText(one)}</span></li>)}
        </ul>
      )}
      <Button style={{ justifySelf: "end" }} data-autofocus onClick={onDone}>Done</Button>
    </div>
  );
}
