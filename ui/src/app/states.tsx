import { Link } from "@tanstack/react-router";
import { Empty } from "../components/Empty";

/** Nothing stands at this address. */
export function NotFound() {
  return (
    <Empty whole title="There is nothing at this address">
      <p>It may have been moved or deleted.</p>
      <Link to="/runs" className="pn-link">All runs</Link>
    </Empty>
  );
}

/** A quiet moment: nothing turns for what is there at once. */
export function Waiting() {
  return <div role="status" aria-label="Loading" style={{ height: "100%" }} />;
}
