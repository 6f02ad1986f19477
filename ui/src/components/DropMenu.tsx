import { Button } from "@mantine/core";
import { Check, ChevronDown } from "lucide-react";
import { createContext, use, useEffect, useEffectEvent, useId, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import style from "./DropMenu.module.css";

const Close = createContext<() => void>(() => undefined);

interface Props {
  /** What the button is called, for readers and where only its icon has room. */
  label: string;
  icon: ReactNode;
  /** The button's words; its label unless said otherwise. Null: only the icon, or the arrow of a menu where there is none. */
  word?: ReactNode;
  className?: string;
  /** It opens above the button. */
  up?: boolean;
  /** MenuItem, MenuNote, MenuLine. */
  children: ReactNode;
}

/** A button with a menu below it. Arrows, Home and End move, Escape and a click elsewhere close. */
export function DropMenu({ label, icon, word = label, className, up = false, children }: Props) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const id = useId();
  return (
    <div ref={frame} className={[style.frame, className].join(" ")} data-up={up || undefined} data-bare={word === null || undefined}>
      <Button
        leftSection={icon} rightSection={(word !== null || icon === null) && <ChevronDown size={14} aria-hidden />} aria-label={label} title={word === label ? undefined : label} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" || open) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {word !== null && <span className={style.word}>{word}</span>}
      </Button>
      {open && <Items id={id} label={label} within={frame} onClose={(back) => { setOpen(false); if (back) frame.current?.querySelector("button")?.focus(); }}>{children}</Items>}
    </div>
  );
}

/** A menu at a point of the window, of what was pointed at there; what had the focus gets it back. */
export function PointMenu({ label, x, y, onClose, children }: { label: string; x: number; y: number; onClose: () => void; children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const [before] = useState(() => document.activeElement);
  const id = useId();
  // It opens to the side that has room.
  const side = x > innerWidth - 300 ? { right: innerWidth - x } : { left: x };
  const height = y > innerHeight * 0.6 ? { bottom: innerHeight - y } : { top: y };
  return (
    <div ref={frame} className={style.point} style={{ ...side, ...height }}>
      <Items id={id} label={label} within={frame} onClose={(back) => { onClose(); if (back && before instanceof HTMLElement) before.focus(); }}>{children}</Items>
    </div>
  );
}

interface ItemsProps {
  id: string;
  label: string;
  /** A click outside of it closes. */
  within: RefObject<HTMLDivElement | null>;
  /** `back`: the focus goes where it was before. */
  onClose: (back: boolean) => void;
  children: ReactNode;
}

function Items({ id, label, within, onClose, children }: ItemsProps) {
  const menu = useRef<HTMLDivElement>(null);
  const close = useEffectEvent(onClose);
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  useEffect(() => {
    items()[0]?.focus();
    const elsewhere = (event: PointerEvent) => {
      if (!within.current?.contains(event.target as Node)) close(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [within]);

  function pressed(event: KeyboardEvent) {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    else if (event.key === "Escape") onClose(true);
    else if (event.key === "Tab") onClose(false);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }
  return (
    <div ref={menu} id={id} role="menu" aria-label={label} className={style.menu} onKeyDown={pressed}>
      <Close value={() => onClose(true)}>{children}</Close>
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
  icon?: ReactNode;
  /** Why it can't be chosen now: told below it. */
  why?: string | null;
}

export function MenuItem({ children, onSelect, href, download, checked, danger, title, icon, why = null }: ItemProps) {
  const close = use(Close);
  if (why !== null) {
    return <div role="menuitem" aria-disabled tabIndex={-1} className={style.item}>{icon}<span>{children}<small className={style.why}>{why}</small></span></div>;
  }
  const shared = { className: style.item, tabIndex: -1, title, "data-danger": danger || undefined };
  if (href !== undefined) return <a {...shared} role="menuitem" href={href} download={download} onClick={close}>{icon}{children}</a>;
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
  return <button {...shared} type="button" role="menuitem" onClick={act}>{icon}{children}</button>;
}

/** Words between the items. */
export function MenuNote({ children }: { children: ReactNode }) {
  return <div className={style.note} role="presentation">{children}</div>;
}

export function MenuLine() {
  return <div className={style.line} role="separator" />;
}
