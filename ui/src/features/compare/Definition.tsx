/** What changed in the definition: tasks that came and went, facts, and the code of tasks. */
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { countText } from "../../domain/formats";
import { DiffText } from "./DiffText";
import { Pairs, Value } from "./Pairs";
import style from "./compare.module.css";

type Changes = Schemas["DefinitionChanges"];

/** As many changed tasks stand open at first. */
const OPEN = 4;

export function Definition({ changes }: { changes: Changes | null }) {
  if (changes === null) return <p className={style.note}>The definition of one of these versions is gone. What changed in it can’t be told.</p>;
  const { added, removed, changed, facts } = changes;
  const named = added.length + removed.length + changed.length + facts.length;
  if (named === 0) {
    return <p className={style.note}>{changes.code_same ? "Both runs used the same definition." : "The tasks and their code are the same. Code that they call is not."}</p>;
  }
  return (
    <div className={style.definition}>
      {added.length + removed.length > 0 && (
        <ul className={style.came} aria-label="Tasks added and removed">
          {added.map((name) => <li key={name} data-kind="added"><b aria-hidden>+</b><bdi>{name}</bdi> <span>added</span></li>)}
          {removed.map((name) => <li key={name} data-kind="removed"><b aria-hidden>−</b><bdi>{name}</bdi> <span>removed</span></li>)}
        </ul>
      )}
      {facts.length > 0 && <Facts label="Facts of the pipeline" facts={facts} />}
      {changed.map((task, at) => <ChangedTask key={task.task} task={task} opened={at < OPEN} />)}
    </div>
  );
}

function ChangedTask({ task, opened }: { task: Schemas["DefinitionChange"]; opened: boolean }) {
  const [open, setOpen] = useState(opened);
  const Arrow = open ? ChevronDown : ChevronRight;
  const what = [...task.facts.map(({ name }) => name), ...(task.source === null ? [] : ["source"])];
  return (
    <section className={style.card} aria-label={`Changes of ${task.task}`}>
      <h3>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Arrow size={14} aria-hidden /><bdi>{task.task}</bdi><span className="pn-dim pn-cut">{what.slice(0, 8).join(", ")}{what.length > 8 && ` and ${countText(what.length - 8)} more`} changed</span>
        </button>
      </h3>
      {open && task.facts.length > 0 && <Facts label={`Facts of ${task.task}`} facts={task.facts} />}
      {open && task.source !== null && <DiffText diff={task.source} label={`Source of ${task.task}`} />}
    </section>
  );
}

/** A definition does not name what has its default. */
function Facts({ label, facts }: { label: string; facts: readonly Schemas["Change"][] }) {
  return (
    <Pairs
      label={label} what="Fact" code
      pairs={facts.map(({ name, first, second }) => ({ name, first: <Value value={first} none="default" />, second: <Value value={second} none="default" /> }))}
    />
  );
}
