import { Button } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ApiProblem } from "../api/client";
import { useLiveState } from "../api/live";
import { Empty } from "./Empty";

/** As browsers and the loader of the page say that code did not come. */
const UNFETCHED = /dynamically imported module|module script failed|unable to preload/i;

/** A part of the page broke; the rest goes on. */
export function Trouble({ error, reset }: ErrorComponentProps) {
  const words = String(error instanceof Error ? error.message : error);
  if (UNFETCHED.test(words)) return <Unfetched />;
  const known = error instanceof ApiProblem;
  return (
    <Empty whole title={known ? error.message : "This part of the page broke"}>
      <p>{known ? error.cure : words}</p>
      <Button onClick={() => reset()}>Try again</Button>
    </Empty>
  );
}

/** Browsers keep in mind what they could not fetch: only a page that is loaded anew asks again. */
function Unfetched() {
  const live = useLiveState();
  const before = useRef(live);
  useEffect(() => {
    if (live === "live" && before.current !== "live") location.reload();
    before.current = live;
  }, [live]);
  return (
    <Empty whole title="This part of the page could not be fetched">
      {live === "live" || live === "connecting"
        ? <><p>Penstock may have been changed since the page was opened.</p><Button onClick={() => location.reload()}>Load the page anew</Button></>
        : <p>The server does not answer. As soon as it does, the page is loaded anew.</p>}
    </Empty>
  );
}
