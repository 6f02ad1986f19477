import { agoText, durationText, momentText, runningText } from "../domain/formats";
import { useNow } from "./useNow";

/** How long ago something was; the exact time on hover. */
export function Ago({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return <span className="pn-faint">–</span>;
  return <time dateTime={at} title={momentText(at)}>{agoText(Date.parse(at), now)}</time>;
}

/** How long something took, or has taken until now, counted from `since` (milliseconds since 1970). */
export function Took({ seconds, since }: { seconds: number | null; since: number | null }) {
  if (seconds !== null) return <span title={`${seconds} s`}>{durationText(seconds)}</span>;
  return since === null ? <span className="pn-faint">–</span> : <Running since={since} />;
}

function Running({ since }: { since: number }) {
  const now = useNow();
  return <span>{runningText((now - since) / 1000)}</span>;
}
