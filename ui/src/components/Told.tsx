import { useSyncExternalStore } from "react";
import style from "./Told.module.css";

interface Telling {
  text: string;
  wrong: boolean;
}

let telling: Telling | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const seers = new Set<() => void>();

function set(next: Telling | undefined): void {
  telling = next;
  for (const seer of seers) seer();
}

/** Says something short at the foot of the page, for a moment; what is said next takes its place. */
export function tell(text: string, { wrong = false } = {}): void {
  clearTimeout(timer);
  set({ text, wrong });
  timer = setTimeout(() => set(undefined), wrong ? 6_000 : 2_500);
}

/** Where it is said; once on the page. */
export function Told() {
  const now = useSyncExternalStore(subscribe, () => telling);
  return (
    <div role="status" className={style.place}>
      {now !== undefined && <p className={style.told} data-wrong={now.wrong || undefined}>{now.text}</p>}
    </div>
  );
}

function subscribe(seer: () => void): () => void {
  seers.add(seer);
  return () => seers.delete(seer);
}
