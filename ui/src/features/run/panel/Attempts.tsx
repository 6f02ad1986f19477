import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";

import type { Schemas } from "../../../api/client";
import { runEventsQuery } from "../../../api/runs";
import { StateLabel } from "../../../components/StateIcon";
import { bytesText, durationText, momentText, runningText } from "../../../domain/formats";
import { by } from "../../../domain/by";
import { generationsOf, retriedText } from "../generations";
import { Worded } from "../Worded";

type Attempt = Schemas["AttemptDocument"];

interface Props {
  run: Pick<Schemas["RunDocument"], "id" | "generation">;
  attempts: readonly Attempt[];
  /** The one that is looked at. */
  chosen: Attempt | undefined;
  onChoose: (attempt: Attempt | undefined) => void;
  now: number;
}

/** Every try of a task, by generations: how it ended, how long it took, what it used; and why there was another. */
export function Attempts({ run, attempts, chosen, onChoose, now }: Props) {
  const events = useQuery({ ...runEventsQuery(run.id, ""), enabled: run.generation > 1 });
  const lives = generationsOf(events.data?.items ?? []);
  const grouped = [...by(attempts, ({ generation }) => generation)];
  const headed = run.generation > 1;
  return (
    <section>
      <h3>{attempts.length === 1 ? "Attempt" : `${attempts.length} attempts`}{grouped.length > 1 && ` in ${grouped.length} generations`}</h3>
      <div className="pn-panel-scroll" tabIndex={0} role="group" aria-label="Attempts">
        <table className="pn-panel-table">
          <thead><tr><th scope="col">Try</th><th scope="col">State</th><th scope="col" className="pn-num">Time</th><th scope="col" className="pn-num">CPU</th><th scope="col" className="pn-num" title="Most memory that it had at a time">Memory</th><th scope="col">Worker</th></tr></thead>
          <tbody>
            {grouped.map(([generation, of]) => {
              const life = lives.get(generation);
              return (
                <Fragment key={generation}>
                  {headed && (
                    <tr className="pn-panel-life">
                      <th colSpan={6} scope="rowgroup">
                        Generation {generation}
                        <span title={life === undefined ? undefined : momentText(life.at)}>{generation === 1 ? "the run as it was begun" : life === undefined ? "" : <bdi><Worded words={retriedText(life)} /></bdi>}</span>
                      </th>
                    </tr>
                  )}
                  {of.map((attempt) => (
                    <tr key={attempt.n} data-here={attempt === chosen || undefined}>
                      <td><button type="button" className="pn-panel-pick" aria-pressed={attempt === chosen} aria-label={headed ? `Attempt ${attempt.n} of generation ${generation}` : `Attempt ${attempt.n}`} onClick={() => onChoose(attempt === chosen ? undefined : attempt)}>{attempt.n}</button></td>
                      <td><StateLabel state={attempt.state} reason={attempt.reason === "user_error" ? null : attempt.reason} /></td>
                      <td className="pn-num">{timeOf(attempt, now)}</td>
                      <td className="pn-num">{durationText(attempt.cpu_seconds)}</td>
                      <td className="pn-num">{bytesText(attempt.peak_rss_bytes)}</td>
                      <td>{attempt.worker ?? "–"}</td>
                    </tr>
                  ))}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function timeOf({ duration, started_at, ended_at }: Attempt, now: number): string {
  if (duration !== null) return durationText(duration);
  return started_at === null || ended_at !== null ? "–" : runningText((now - Date.parse(started_at)) / 1000);
}
