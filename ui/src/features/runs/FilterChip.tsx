import { X } from "lucide-react";
import { canTurn } from "./filter/chips";
import type { Term } from "./filter/language";

interface Props {
  term: Term;
  onTurn: () => void;
  onEdit: () => void;
  onRemove: () => void;
}

/** One condition in the bar: what it is on, whether it shows or leaves out, its values; each part is pressed for what it says. */
export function FilterChip({ term, onTurn, onEdit, onRemove }: Props) {
  const { key, exclude, values } = term;
  const name = `${exclude ? "not " : ""}${key} ${values.join(", ")}`;
  return (
    <li className="pn-runs-term" data-exclude={exclude || undefined} data-chip>
      {canTurn(term) ? (
        <button type="button" className="pn-runs-turn" onClick={onTurn} aria-label={`${key} ${exclude ? "is not" : "is"} ${values.join(", ")}: ${exclude ? "show only these" : "leave these out"}`} title={exclude ? "Show only these" : "Leave these out"}>
          {key} <b>{exclude ? "is not" : "is"}</b>
        </button>
      ) : <span className="pn-runs-turn">{key}</span>}
      <button type="button" className="pn-runs-values pn-cut" onClick={onEdit} aria-label={`Change ${name}`} title={`Change ${values.join(", ").slice(0, 300)}`}><bdi>{values.join(", ")}</bdi></button>
      <button type="button" className="pn-runs-out" onClick={onRemove} aria-label={`Take out ${name}`} title="Take this out"><X size={13} aria-hidden /></button>
    </li>
  );
}
