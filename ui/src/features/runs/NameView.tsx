import { Button, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useKeepView, type SavedView } from "../../api/views";

interface Props {
  now: { query: string; columns: string[] };
  onDone: (view?: SavedView) => void;
}

/** Asks for the name of a new view, and keeps it. */
export function NameView({ now, onDone }: Props) {
  const keep = useKeepView();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep.mutate({ view: { name: name.trim(), ...now } }, { onSuccess: (view) => onDone(view) });
  };
  return (
    <Modal opened onClose={() => onDone()} title="Keep this view">
      <form onSubmit={submit} style={{ display: "grid", gap: 12 }}>
        <TextInput label="Name" data-autofocus maxLength={80} value={name} error={keep.error?.message} onChange={(event) => setName(event.currentTarget.value)} />
        <p className="pn-dim" style={{ overflowWrap: "anywhere" }}>It keeps the filter <code>{now.query || "(everything)"}</code>, the order and the columns.</p>
        <Button type="submit" variant="filled" disabled={name.trim() === ""} loading={keep.isPending} style={{ justifySelf: "end" }}>Keep</Button>
      </form>
    </Modal>
  );
}
