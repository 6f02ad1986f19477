/** The lines of code that changed, and some around them. */
import { useMemo } from "react";
import { type DiffLine, diffLines } from "./diff";
import style from "./compare.module.css";

const SIGNS = { same: " ", removed: "−", added: "+", gap: "⋯" } as const;

export function DiffText({ diff, label }: { diff: string; label: string }) {
  const lines = useMemo(() => diffLines(diff), [diff]);
  return (
    <pre className={style.diff} tabIndex={0} aria-label={label}>
      {lines.map((line, at) => (
        <span key={at} className={style.line} data-kind={line.kind}>
          <i>{line.first ?? ""}</i><i>{line.second ?? ""}</i><b>{SIGNS[line.kind]}</b><Text line={line} />{"\n"}
        </span>
      ))}
    </pre>
  );
}

function Text({ line: { text, changed } }: { line: DiffLine }) {
  if (changed === null || changed[0] === changed[1]) return text;
  return <>{text.slice(0, changed[0])}<mark>{text.slice(...changed)}</mark>{text.slice(changed[1])}</>;
}
