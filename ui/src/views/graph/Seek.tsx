/** A field that finds by name, as one types; Enter goes there. */
import { Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type Ref, useId, useState } from "react";

export interface Hit {
  id: string;
  name: string;
  kind: string;
  icon?: ReactNode;
}

interface Props {
  label: string;
  find: (text: string) => readonly Hit[];
  onGo: (hit: Hit) => void;
  ref?: Ref<HTMLInputElement>;
}

export function Seek({ label, find, onGo, ref }: Props) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const name = useId();
  const hits = open ? find(text) : [];
  const go = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    onGo(hit);
    setOpen(false);
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "ArrowDown") setAt(Math.min(hits.length - 1, at + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else if (event.key === "Enter") go(hits[at]);
    else if (event.key === "Escape") {
      setText("");
      setOpen(false);
      event.currentTarget.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="pn-seek">
      <Search size={14} aria-hidden />
      <input
        ref={ref} value={text} placeholder={label} aria-label={label} type="search" maxLength={200} autoComplete="off" spellCheck={false} role="combobox"
        aria-expanded={open && text.trim() !== ""} aria-controls={`${name}list`} aria-activedescendant={hits.length > 0 ? `${name}${at}` : undefined} aria-autocomplete="list"
        onChange={(event) => { setText(event.currentTarget.value); setAt(0); setOpen(true); }}
        onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={keys}
      />
      {open && text.trim() !== "" && (
        <ul id={`${name}list`} role="listbox" aria-label={label} tabIndex={-1} className="pn-seek-list">
          {hits.map((hit, i) => (
            <li key={hit.id} id={`${name}${i}`} role="option" aria-selected={i === at} onPointerDown={(event) => { event.preventDefault(); go(hit); }} onPointerEnter={() => setAt(i)}>
              {hit.icon}<span className="pn-cut" dir="auto">{hit.name}</span><small>{hit.kind}</small>
            </li>
          ))}
          {hits.length === 0 && <li role="option" aria-selected={false} aria-disabled className="pn-dim">no name has “{text.trim()}”</li>}
        </ul>
      )}
    </div>
  );
}
