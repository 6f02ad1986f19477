import { ActionIcon } from "@mantine/core";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useKeys } from "../../components/keys";
import style from "./Aside.module.css";

interface Props {
  title: string;
  label: string;
  onClose: () => void;
  children: ReactNode;
}

/** What stands beside the picture about what is selected in it. */
export function Aside({ title, label, onClose, children }: Props) {
  useKeys({ Escape: onClose });
  return (
    <aside className={style.aside} aria-label={label}>
      <header className={style.head}>
        <h2><bdi>{title}</bdi></h2>
        <ActionIcon aria-label="Close" onClick={onClose}><X size={16} /></ActionIcon>
      </header>
      <div className={style.body}>{children}</div>
    </aside>
  );
}

/** Names that lead on to what they name. */
export function Ways({ word, names, none, onPick }: { word: string; names: readonly string[]; none?: string; onPick: (name: string) => void }) {
  if (names.length === 0 && none === undefined) return null;
  return (
    <section>
      <h3>{word}</h3>
      {names.length === 0 ? <p className="pn-dim">{none}</p> : (
        <ul>{names.map((name) => <li key={name}><button type="button" className={style.way} onClick={() => onPick(name)}><bdi>{name}</bdi></button></li>)}</ul>
      )}
    </section>
  );
}
