import { TriangleAlert } from "lucide-react";
import type { Schemas } from "../../api/client";
import style from "./pipelines.module.css";

/** Files that can't be read now, each with its place and cure. Of one that `held` pipelines before, the last good version stays in use. */
export function Problems({ problems, held = () => true }: { problems: Schemas["DefinitionProblem"][]; held?: (file: string | null) => boolean }) {
  if (problems.length === 0) return null;
  return (
    <section className={style.problems} role="alert" aria-label="Files that can’t be read">
      {problems.map((problem) => (
        <div key={`${problem.file}:${problem.line}:${problem.message}`} className={style.problem}>
          <TriangleAlert size={16} aria-hidden />
          <div>
            <p className={style.where}>
              <code>{problem.file}{problem.line !== null && `:${problem.line}`}</code> {wrongOf(problem.file)}{held(problem.file) && "; what it held before stays in use"}.
            </p>
            <pre>{problem.message}</pre>
            {problem.cure && <p className="pn-dim">{problem.cure}</p>}
          </div>
        </div>
      ))}
    </section>
  );
}

/** A Kedro project is known by its pyproject.toml, and some of its pipelines may be as they should. */
function wrongOf(file: string | null): string {
  return file?.split("/").at(-1) === "pyproject.toml" ? "is of a Kedro project that can’t be opened as a whole" : "can’t be read";
}
