/** A picture that a run made. */
import { useState } from "react";

import { contentOf, type OutputKey } from "../../../api/outputs";

export function Picture({ of }: { of: OutputKey }) {
  const [failed, setFailed] = useState(false);
  if (failed) return <p className="pn-logs-note" role="alert">The picture can't be shown; its file can be downloaded.</p>;
  return <div className="pn-output-picture"><img src={contentOf(of, { inline: true })} alt={`${of.dataset}, a picture that the run made`} onError={() => setFailed(true)} /></div>;
}
