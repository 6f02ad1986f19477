import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "@mantine/core";
import { ApiProblem } from "../api/client";
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

/** A part of the page broke; the rest goes on. */
export function Trouble({ error, reset }: ErrorComponentProps) {
  const known = error instanceof ApiProblem;
  return (
    <Empty whole title={known ? error.message : "This part of the page broke"}>
      <p>{known ? error.cure : String(error instanceof Error ? error.message : error)}</p>
      <Button onClick={() => reset()}>Try again</Button>
    </Empty>
  );
}

/** A quiet moment: nothing turns for what is there at once. */
export function Waiting() {
  return <div role="status" aria-label="Loading" style={{ height: "100%" }} />;
}
