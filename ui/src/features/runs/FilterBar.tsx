import { useQuery } from "@tanstack/react-query";
import { Filter, X } from "lucide-react";
import { useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { pipelinesQuery } from "../../api/pipelines";
import { useKeys } from "../../components/keys";
import { FilterChip } from "./FilterChip";
import { joined, split, turned } from "./filter/chips";
import { replaced, type Term } from "./filter/language";
import { proposals } from "./filter/proposals";

interface Props {
  /** The filter that holds. */
  text: string;
  onChange: (text: string) => void;
}

/** Text and chips at once: what is typed is proposed, becomes a chip, and stands in the address. */
export function FilterBar({ text, onChange }: Props) {
  const { chips, rest } = useMemo(() => split(text), [text]);
  const [draft, setDraft] = useState(rest);
  const [held, setHeld] = useState(text);
  // A chip that was made a text again: what is typed once the filter without it holds.
  const [back, setBack] = useState<{ text: string; draft: string } | null>(null);
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  // Where the caret is to stand after a proposal was taken: at once, or what is typed next would come before it.
  const [goal, setGoal] = useState<{ caret: number } | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (goal !== null) input.current?.setSelectionRange(goal.caret, goal.caret);
  }, [goal]);
  const field = useRef<HTMLDivElement>(null);
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
    setDraft(back?.text === text ? back.draft : rest);
    setBack(null);
  }
  const found = open ? proposals(draft, Math.min(caret, draft.length), known) : [];

  function take(place: number) {
    const chosen = found[place];
    if (chosen === undefined) return;
    setDraft(chosen.text);
    setCaret(chosen.caret);
    setAt(-1);
    if (chosen.whole) {
      put(chosen.text);
      setOpen(false);
    } else setGoal({ caret: chosen.caret });
  }
  /** Makes chips of a text behind the chips that are there. */
  function put(more: string) {
    const next = joined(text, chips, more);
    if (next === text) setDraft(rest);
    else onChange(next);
  }
  /** A chip's text comes back behind the others. */
  function edit(term: Term) {
    const others = chips.filter((one) => one !== term);
    const more = `${text.slice(term.at, term.end)} ${draft}`.trim();
    const next = joined(text, others, rest);
    setBack({ text: next, draft: more });
    onChange(next);
    setCaret(term.end - term.at);
    focusInput();
  }
  function remove(term: Term) {
    onChange(replaced(text, term, ""));
    focusInput();
  }
  function focusInput() {
    requestAnimationFrame(() => input.current?.focus());
  }
  /** Arrows walk along the parts of chips, and into the text; Backspace and Delete take out the chip that has the focus. */
  function walked(event: KeyboardEvent) {
    const parts = [...(field.current?.querySelectorAll<HTMLElement>("[data-chip] button") ?? []), ...(input.current ? [input.current] : [])];
    const here = parts.indexOf(document.activeElement as HTMLElement);
    const inText = parts[here] === input.current;
    const atStart = input.current?.selectionStart === 0 && input.current.selectionEnd === 0;
    const chip = [...(field.current?.querySelectorAll("[data-chip]") ?? [])].findIndex((one) => one.contains(document.activeElement));
    if (event.altKey || event.ctrlKey || event.metaKey || here < 0 || (inText && !atStart)) return;
    if (event.key === "ArrowLeft" && here > 0) parts[here - 1]!.focus();
    else if (event.key === "ArrowRight" && !inText) parts[here + 1]!.focus();
    else if (event.key === "Backspace" && inText && chips.length > 0) edit(chips.at(-1)!);
    else if ((event.key === "Backspace" || event.key === "Delete") && chip >= 0) remove(chips[chip]!);
    else if (event.key === "Escape" && chip >= 0) input.current?.focus();
    else return;
    event.preventDefault();
  }
  function pressed(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setAt((at + step + found.length + (at < 0 && step < 0 ? 1 : 0)) % found.length);
    else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) take(at);
    else if (event.key === "Enter") {
      put(draft);
      setOpen(false);
    } else if (event.key === "Escape") {
      if (open && found.length > 0) setOpen(false);
      else {
        setDraft(rest);
        input.current?.blur();
      }
    } else return;
    event.preventDefault();
  }
  return (
    <div className="pn-runs-filter">
      <div className="pn-runs-field" ref={field} onKeyDown={walked}>
        <Filter size={14} aria-hidden />
        {chips.length > 0 && (
          <ul className="pn-runs-terms" aria-label="Conditions">
            {chips.map((term) => <FilterChip key={`${term.key} ${term.at}`} term={term} onTurn={() => onChange(turned(text, term))} onEdit={() => edit(term)} onRemove={() => remove(term)} />)}
          </ul>
        )}
        <input
          ref={input} value={draft} placeholder={chips.length > 0 ? "" : "state:failed pipeline:orders -label:team=test created:7d “text in the error”"} aria-label="Filter"
          spellCheck={false} autoComplete="off" role="combobox" aria-expanded={found.length > 0}
          aria-controls={menu} aria-activedescendant={at >= 0 ? `${menu}-${at}` : undefined} onKeyDown={pressed}
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
            if (draft.trim() !== rest) put(draft);
          }}
        />
        {text === "" && draft === "" ? <kbd className="pn-faint">/</kbd> : (
          <button type="button" aria-label="Clear the filter" className="pn-runs-clear" onClick={() => { setDraft(""); onChange(""); focusInput(); }}><X size={14} aria-hidden /></button>
        )}
      </div>
      {found.length > 0 && (
        <ul className="pn-runs-menu" id={menu} role="listbox" aria-label="Proposals" tabIndex={-1}>
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
