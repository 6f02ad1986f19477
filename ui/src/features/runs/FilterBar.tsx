import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Filter, X } from "lucide-react";
import { useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { pipelinesQuery } from "../../api/pipelines";
import { useKeys } from "../../components/keys";
import { proposals } from "./filter/proposals";

interface Props {
  /** The filter that holds. */
  text: string;
  onChange: (text: string) => void;
}

/** Text and chips at once: what is typed is proposed, checked, and stands in the address. */
export function FilterBar({ text, onChange }: Props) {
  const [draft, setDraft] = useState(text);
  const [held, setHeld] = useState(text);
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const menu = useId();
  const pipelines = useQuery(pipelinesQuery());
  useKeys({ "/": () => input.current?.focus() });

  const known = useMemo(() => {
    const items = pipelines.data?.items ?? [];
    const all = (values: string[]) => [...new Set(values)].sort();
    return {
      pipeline: all(items.map((item) => item.name)), namespace: all(items.map((item) => item.namespace)),
      tag: all(items.flatMap((item) => item.tags)),
      label: all(items.flatMap((item) => Object.entries(item.labels).map(([key, value]) => `${key}=${value}`))),
    };
  }, [pipelines.data]);
  // Another filter than the one that was edited: another chip was pressed, a view opened.
  if (held !== text) {
    setHeld(text);
    setDraft(text);
  }
  const found = open ? proposals(draft, Math.min(caret, draft.length), known) : [];

  function take(place: number) {
    const chosen = found[place];
    if (chosen === undefined) return;
    setDraft(chosen.text);
    setCaret(chosen.caret);
    setAt(-1);
    if (chosen.whole) {
      onChange(chosen.text.trim());
      setOpen(false);
    }
    requestAnimationFrame(() => input.current?.setSelectionRange(chosen.caret, chosen.caret));
  }
  function pressed(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setAt((at + step + found.length + (at < 0 && step < 0 ? 1 : 0)) % found.length);
    else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) take(at);
    else if (event.key === "Enter") {
      onChange(draft.trim());
      setOpen(false);
    } else if (event.key === "Escape") {
      if (open && found.length > 0) setOpen(false);
      else {
        setDraft(text);
        input.current?.blur();
      }
    } else return;
    event.preventDefault();
  }
  return (
    <div className="pn-runs-filter">
      <TextInput
        ref={input} value={draft} placeholder="state:failed pipeline:orders -label:team=test created:7d “text in the error”" aria-label="Filter"
        leftSection={<Filter size={14} aria-hidden />} spellCheck={false} autoComplete="off" role="combobox" aria-expanded={found.length > 0}
        aria-controls={menu} aria-activedescendant={at >= 0 ? `${menu}-${at}` : undefined} onKeyDown={pressed}
        rightSection={draft === "" ? <kbd className="pn-faint">/</kbd> : <button type="button" aria-label="Clear the filter" className="pn-runs-clear" onClick={() => onChange("")}><X size={14} aria-hidden /></button>}
        onChange={(event) => {
          setDraft(event.currentTarget.value);
          setCaret(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
          setOpen(true);
          setAt(-1);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
        onFocus={() => setOpen(true)}
        onBlur={() => {
          setOpen(false);
          if (draft.trim() !== text) onChange(draft.trim());
        }}
      />
      {found.length > 0 && (
        <ul className="pn-runs-menu" id={menu} role="listbox" aria-label="Proposals">
          {found.map((one, place) => (
            <li
              key={one.word} id={`${menu}-${place}`} role="option" aria-selected={place === at}
              onMouseDown={(event) => {
                event.preventDefault();
                take(place);
              }}
            >
              <span className="pn-cut"><bdi>{one.word}</bdi></span>
              <small>{one.says}</small>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
