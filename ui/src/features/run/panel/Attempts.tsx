import type { Schemas } from "../../../api/client";
import { StateLabel } from "../../../components/StateIcon";
import { bytesText, durationText, runningText } from "../../../domain/formats";

interface Props {
  attempts: readonly Schemas["AttemptDocument"][];
  chosen: number | null;
  onChoose: (n: number | null) => void;
  now: number;
}

/** Every try of a task: how it ended, how long it took, what it used. */
export function Attempts({ attempts, chosen, onChoose, now }: Props) {
  return (
    <section>
      <h3>{attempts.length === 1 ? "Attempt" : `${attempts.length} attempts`}</h3>
      <div className="pn-panel-scroll" tabIndex={0} role="group" aria-label="Attempts">
        <table className="pn-panel-table">
          <thead><tr><th scope="col">Try</th><th scope="col">State</th><th scope="col" className="pn-num">Time</th><th scope="col" className="pn-num">CPU</th><th scope="col" className="pn-num">Peak memory</th><th scope="col">Worker</th></tr></thead>
          <tbody>
            {attempts.map((attempt) => (
              <tr key={`${attempt.generation} ${attempt.n}`} data-here={attempt.n === chosen || undefined}>
                <td><button type="button" className="pn-panel-pick" aria-pressed={attempt.n === chosen} onClick={() => onChoose(attempt.n === chosen ? null : attempt.n)}>{attempt.n}</button></td>
                <td><StateLabel state={attempt.state} reason={attempt.reason === "user_error" ? null : attempt.reason} /></td>
                <td className="pn-num">{timeOf(attempt, now)}</td>
                <td className="pn-num">{durationText(attempt.cpu_seconds)}</td>
                <td className="pn-num">{bytesText(attempt.peak_rss_bytes)}</td>
                <td>{attempt.worker ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function timeOf({ duration, started_at, ended_at }: Schemas["AttemptDocument"], now: number): string {
  if (duration !== null) return durationText(duration);
  return started_at === null || ended_at !== null ? "–" : runningText((now - Date.parse(started_at)) / 1000);
}
