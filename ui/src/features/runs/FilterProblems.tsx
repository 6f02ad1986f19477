import { replaced, type Term } from "./filter/language";

interface Props {
  text: string;
  /** The conditions that mean nothing. */
  terms: readonly Term[];
  onChange: (text: string) => void;
}

/** What of a filter can't be read, and what would be right instead. */
export function FilterProblems({ text, terms, onChange }: Props) {
  return (
    <div className="pn-runs-told" role="alert">
      {terms.map((term) => (
        <p key={term.at}>
          {term.problem}{" "}
          {term.instead !== null && <button type="button" onClick={() => onChange(replaced(text, term, term.instead ?? ""))}>Use <code>{term.instead}</code></button>}
        </p>
      ))}
    </div>
  );
}
