/** The params of what runs again, as Run now asks for them; what is changed is told beside what it was. */
import { UnstyledButton } from "@mantine/core";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";

import { ParamField } from "../../../components/ParamField";
import { type Filled, type Param, textOf } from "../../../domain/params";

interface Props {
  params: readonly Param[];
  given: Readonly<Record<string, unknown>>;
  /** What was typed, by param. */
  texts: Readonly<Record<string, string>>;
  edits: Filled;
  /** Problems are told once somebody has tried to go on. */
  sent: boolean;
  open: boolean;
  hint: string | undefined;
  onChange: (name: string, text: string) => void;
}

export function Edits({ params, given, texts, edits, sent, open: first, hint, onChange }: Props) {
  const [opened, setOpen] = useState(first);
  const open = opened || (sent && Object.keys(edits.problems).length > 0);
  const id = useId();
  const changed = Object.keys(edits.params);
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <section className="pn-ask-edits">
      <UnstyledButton className="pn-ask-fold" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!opened)}>
        <Arrow size={14} aria-hidden /> <b>Params</b> <span className="pn-dim">{changed.length === 0 ? `the same (${params.length})` : <>changed: <bdi>{changed.join(", ")}</bdi></>}</span>
      </UnstyledButton>
      {open && (
        <div id={id} className="pn-ask-params">
          {hint !== undefined && <p className="pn-dim">{hint}</p>}
          {params.map((param) => {
            const before = textOf(param, given[param.name] ?? param.default);
            return (
              <div key={param.name} data-changed={param.name in edits.params || undefined}>
                <ParamField param={param} text={texts[param.name] ?? before} problem={sent ? edits.problems[param.name] : undefined} onChange={(text) => onChange(param.name, text)} />
                {param.name in edits.params && (
                  <p className="pn-ask-was">was <code>{before === "" ? "empty" : before}</code> <button type="button" className="pn-plain pn-link" onClick={() => onChange(param.name, before)}>Put back</button></p>
                )}
              </div>
            );
          })}
        </div>
      )}
    </section>
  );
}
