import { useNavigate } from "@tanstack/react-router";
import { useLayoutEffect, useRef } from "react";
import { typing } from "../components/keys";

interface Actions {
  palette: () => void;
  help: () => void;
}

/** Milliseconds in which the second key of `g r` has to follow. */
const SECOND = 1_200;

/** Was Ctrl-K pressed before anybody listened? `public/ahead.js` hears it then. Asked again, it was not. */
function soughtAhead(): boolean {
  const ahead = globalThis as { penstockSought?: boolean };
  const sought = ahead.penstockSought === true;
  delete ahead.penstockSought;
  return sought;
}

/** Keys that work everywhere. No single key destroys anything. */
export function useShellKeys(actions: Actions): void {
  const navigate = useNavigate();
  const now = useRef({ ...actions, navigate });
  useLayoutEffect(() => {
    now.current = { ...actions, navigate };
  });
  // Listened to once: what is drawn anew between `g` and `r` must not forget the `g`.
  useLayoutEffect(() => {
    let went = 0;
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        now.current.palette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
      if (went > 0 && event.timeStamp - went < SECOND) {
        went = 0;
        if (event.key === "r") void now.current.navigate({ to: "/runs" });
        else if (event.key === "p") void now.current.navigate({ to: "/pipelines" });
        else return;
        event.preventDefault();
      } else if (event.key === "g") went = event.timeStamp;
      else if (event.key === "?") now.current.help();
    };
    window.addEventListener("keydown", pressed);
    // Not while it is drawn: what is pressed from then until now would be heard by nobody.
    if (soughtAhead()) now.current.palette();
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
