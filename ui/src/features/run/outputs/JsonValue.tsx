/** A JSON value as a tree that folds: plain, with the types told apart by colour and shape of the text. */
import { type ReactNode, useState } from "react";

/** Elements of a list or object that are shown at first. */
const FIRST = 100;

export function JsonValue({ value, name, level = 0 }: { value: unknown; name?: string; level?: number }): ReactNode {
  const label = name === undefined ? null : <><span className="pn-json-name">{name}</span>: </>;
  if (value === null || typeof value !== "object") return <div className="pn-json-leaf">{label}<Leaf value={value} /></div>;
  return <Branch value={value} label={label} level={level} />;
}

function Branch({ value, label, level }: { value: object; label: ReactNode; level: number }) {
  const entries = Array.isArray(value) ? value.map((each, at) => [String(at), each] as const) : Object.entries(value);
  const [open, setOpen] = useState(level === 0 || (level < 2 && entries.length <= FIRST));
  const [shown, setShown] = useState(FIRST);
  const [left, right] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return <div className="pn-json-leaf">{label}{left}{right}</div>;
  return (
    <div>
      <button type="button" className="pn-json-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden>{open ? "▾" : "▸"}</span> {label}{left}{!open && <span className="pn-faint"> {entries.length === 1 ? "1 entry" : `${entries.length.toLocaleString("en")} entries`} {right}</span>}
      </button>
      {open && (
        <div className="pn-json-inner">
          {entries.slice(0, shown).map(([key, each]) => <JsonValue key={key} name={key} value={each} level={level + 1} />)}
          {shown < entries.length && <button type="button" className="pn-plain pn-link" onClick={() => setShown(shown + 10 * FIRST)}>show more of {entries.length.toLocaleString("en")}</button>}
        </div>
      )}
      {open && <div className="pn-json-leaf">{right}</div>}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === "string") return <span className="pn-json-text" dir="auto">{JSON.stringify(value)}</span>;
  return <span className={value === null ? "pn-json-null" : "pn-json-figure"}>{String(value)}</span>;
}
