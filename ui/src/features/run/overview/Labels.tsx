/** A run's labels, to read and to edit. */
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { Pencil, X } from "lucide-react";
import { type FormEvent, useState } from "react";

import { problemText } from "../../../api/client";
import { type RunDocument, useLabelRun } from "../../../api/runs";
import { Facts } from "./Facts";

type Labels = Record<string, string>;

export function LabelsOf({ run }: { run: RunDocument }) {
  const [edits, setEdits] = useState(false);
  const names = Object.keys(run.labels);
  return (
    <section className="pn-section" aria-label="Labels">
      <h2>Labels {!edits && <ActionIcon size={22} aria-label="Edit labels" onClick={() => setEdits(true)}><Pencil size={13} /></ActionIcon>}</h2>
      {edits ? <LabelForm run={run} onDone={() => setEdits(false)} />
        : names.length === 0 ? <p className="pn-dim">No labels. With them runs are found again: <code>team</code> = <code>data</code>.</p>
        : <Facts facts={Object.entries(run.labels).map(([name, value]) => [name, value, value])} />}
    </section>
  );
}

function LabelForm({ run, onDone }: { run: RunDocument; onDone: () => void }) {
  const [rows, setRows] = useState(() => [...Object.entries(run.labels).map(([name, value]) => ({ name, value })), { name: "", value: "" }]);
  const save = useLabelRun();
  const edit = (at: number, part: Partial<{ name: string; value: string }>) => {
    const next = rows.map((row, other) => (other === at ? { ...row, ...part } : row));
    setRows(next.at(-1)?.name === "" ? next : [...next, { name: "", value: "" }]);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = Object.fromEntries(rows.flatMap(({ name, value }) => (name.trim() === "" ? [] : [[name.trim(), value] as const])));
    save.mutate({ id: run.id, ...changesBetween(run.labels, wanted) }, { onSuccess: onDone });
  };
  return (
    <form className="pn-labels" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && onDone()}>
      {rows.map((row, at) => (
        <div key={at}>
          <TextInput value={row.name} aria-label={`Name of label ${at + 1}`} placeholder="name" autoFocus={at === rows.length - 1} onChange={(event) => edit(at, { name: event.currentTarget.value })} />
          <TextInput value={row.value} aria-label={`Value of label ${at + 1}`} placeholder="value" onChange={(event) => edit(at, { value: event.currentTarget.value })} />
          <ActionIcon aria-label={`Remove label ${row.name}`} disabled={at === rows.length - 1} onClick={() => setRows(rows.filter((_, other) => other !== at))}><X size={14} /></ActionIcon>
        </div>
      ))}
      {save.error !== null && <p role="alert" className="pn-labels-problem">{problemText(save.error)}</p>}
      <div>
        <Button type="submit" variant="filled" loading={save.isPending}>Save</Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}

/** What to set and what to remove, to come from one set of labels to another. */
function changesBetween(before: Labels, after: Labels): { set: Labels; remove: string[] } {
  return {
    set: Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value)),
    remove: Object.keys(before).filter((name) => !(name in after)),
  };
}
