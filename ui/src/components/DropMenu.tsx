import { Button } from "@mantine/core";
import { Check, ChevronDown } from "lucide-react";
import { createContext, use, useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import style from "./DropMenu.module.css";

const Close = createContext<() => void>(() => undefined);

interface Props {
  /** What the button is called, for readers and where only its icon has room. */
  label: string;
  icon: ReactNode;
  /** The button's words; its label unless said otherwise. Null: only the icon. */
  word?: ReactNode;
  className?: string;
  /** MenuItem, MenuNote, MenuLine. */
  children: ReactNode;
}

/** A button with a menu below it. Arrows, Home and End move, Escape and a click elsewhere close. */
export function DropMenu({ label, icon, word = label, className, children }: Props) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const id = useId();
  const items = () => [...(frame.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  const close = (back: boolean) => {
    setOpen(false);
    if (back) frame.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    items()[0]?.focus();
    const elsewhere = (event: PointerEvent) => {
      if (!frame.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [open]);

  function pressed(event: KeyboardEvent) {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") close(false);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }
  return (
    <div ref={frame} className={[style.frame, className].join(" ")}>
      <Button
        leftSection={icon} rightSection={<ChevronDown size={14} aria-hidden />} aria-label={label} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" || open) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {word !== null && <span className={style.word}>{word}</span>}
      </Button>
      {open && (
        <div id={id} role="menu" aria-label={label} className={style.menu} onKeyDown={pressed}>
          <Close value={() => close(true)}>{children}</Close>
        </div>
      )}
    </div>
  );
}

interface ItemProps {
  children: ReactNode;
  onSelect?: () => void;
  /** It leads there instead. */
  href?: string;
  /** What it leads to is kept as a file. */
  download?: boolean;
  /** It can be ticked, and is or is not; the menu stays open. */
  checked?: boolean;
  danger?: boolean;
  title?: string;
}

export function MenuItem({ children, onSelect, href, download, checked, danger, title }: ItemProps) {
  const close = use(Close);
  const shared = { className: style.item, tabIndex: -1, title, "data-danger": danger || undefined };
  if (href !== undefined) return <a {...shared} role="menuitem" href={href} download={download} onClick={close}>{children}</a>;
  if (checked !== undefined) {
    return (
      <button {...shared} type="button" role="menuitemcheckbox" aria-checked={checked} onClick={onSelect}>
        <span className={style.check}>{checked && <Check size={14} aria-hidden />}</span>{children}
      </button>
    );
  }
  const act = () => {
    close();
    onSelect?.();
  };
  return <button {...shared} type="button" role="menuitem" onClick={act}>{children}</button>;
}

/** Words between the items. */
export function MenuNote({ children }: { children: ReactNode }) {
  return <div className={style.note} role="presentation">{children}</div>;
}

export function MenuLine() {
  return <div className={style.line} role="separator" />;
}
