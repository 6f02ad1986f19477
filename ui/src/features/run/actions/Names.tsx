import { StateIcon } from "../../../components/StateIcon";
import { countText } from "../../../domain/formats";
import type { TaskState } from "../../../domain/states";

export interface Named {
  name: string;
  /** How it stands now; left out of one that the run never had. */
  state?: TaskState | undefined;
  /** Said behind it. */
  more?: string | undefined;
}

/** As many as are listed; the rest is counted. */
const MOST = 100;

/** Names of tasks with how they stand. */
export function Names({ names }: { names: readonly Named[] }) {
  return (
    <ul className="pn-ask-names" tabIndex={0} aria-label="Tasks">
      {names.slice(0, MOST).map(({ name, state, more }) => (
        <li key={name}>
          {state === undefined ? <span className="pn-ask-new" /> : <StateIcon state={state} size={13} />}
          <bdi className="pn-cut" title={name}>{name}</bdi>
          {more !== undefined && <small>{more}</small>}
        </li>
      ))}
      {names.length > MOST && <li className="pn-dim">and {countText(names.length - MOST)} more</li>}
    </ul>
  );
}
