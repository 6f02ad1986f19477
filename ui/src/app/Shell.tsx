import { ActionIcon } from "@mantine/core";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleHelp, ListTree, Menu, Play, Search, Star, X } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { aboutQuery } from "../api/service";
import { viewsQuery } from "../api/views";
import { theLive, useLiveState } from "../api/live";
import { coming } from "../components/coming";
import { Mark } from "../components/Mark";
import { SchemeSwitch } from "./SchemeSwitch";
import { SignIn } from "./SignIn";
import { useShellKeys } from "./keys";
import style from "./Shell.module.css";

const palette = coming(async () => ({ default: (await import("./Palette")).Palette }));
const help = coming(async () => ({ default: (await import("./Help")).Help }));
/** Milliseconds after which their code comes, so that it does not stand in the way of the first picture. */
const QUIET = 1_000;

const PLACES = [
  { to: "/runs", word: "Runs", icon: Play, keys: "g r" },
  { to: "/pipelines", word: "Pipelines", icon: ListTree, keys: "g p" },
] as const;

/** What stands around every place: where one can go, search, theme, whether the stream is up. */
export function Shell() {
  const client = useQueryClient();
  const [shown, setShown] = useState<"palette" | "help" | null>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // The menu of a narrow window is open for the place where it was opened.
  const [openAt, setOpenAt] = useState<string | null>(null);
  const open = openAt === path;
  const setOpen = (to: boolean) => setOpenAt(to ? path : null);
  const live = useLiveState();
  useEffect(() => theLive(client).start(), [client]);
  // What is typed right after Ctrl-K is meant for the palette: so it is there before it is asked for.
  useEffect(() => {
    const timer = setTimeout(() => void Promise.allSettled([palette.ahead(), help.ahead()]), QUIET);
    return () => clearTimeout(timer);
  }, []);
  useShellKeys({ palette: () => setShown("palette"), help: () => setShown("help") });
  return (
    <div className={style.shell} data-open={open || undefined}>
      <a href="#place" className={style.skip}>Skip to the content</a>
      <section className={style.narrow} aria-label="Top">
        <ActionIcon aria-label={open ? "Close the menu" : "Open the menu"} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <X size={18} /> : <Menu size={18} />}
        </ActionIcon>
        <Link to="/runs" className={style.brand}><Mark /> Penstock</Link>
        <ActionIcon aria-label="Search or jump to" onClick={() => setShown("palette")}><Search size={16} /></ActionIcon>
      </section>
      <nav className={style.side} aria-label="Places">
        <div className={style.top}>
          <Link to="/runs" className={style.brand}><Mark /> Penstock</Link>
          <SchemeSwitch />
        </div>
        <button type="button" className={style.search} onClick={() => setShown("palette")}>
          <Search size={14} aria-hidden /> Search or jump to <kbd>{MAC ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        {PLACES.map(({ to, word, icon: Icon, keys }) => (
          <Link key={to} to={to} className={style.place} activeProps={{ "aria-current": "page" }} activeOptions={{ includeSearch: false }} title={`${word} (${keys})`}>
            <Icon size={16} aria-hidden /> {word}
          </Link>
        ))}
        <SavedViews />
        <div className={style.foot}>
          <Project lost={live === "lost"} />
          <ActionIcon aria-label="Keys" title="Keys (?)" onClick={() => setShown("help")}><CircleHelp size={16} /></ActionIcon>
        </div>
      </nav>
      {open && <div className={style.veil} onClick={() => setOpen(false)} aria-hidden />}
      <main className={style.main} id="place" tabIndex={-1}>
        {live === "lost" && (
          <p className={style.lost} role="status">The server does not answer. What you see may be old; it is asked again and again.</p>
        )}
        {live === "signed-out" ? <SignIn /> : <Outlet />}
      </main>
      <Suspense>
        {shown === "palette" && <palette.Part onClose={() => setShown(null)} onHelp={() => setShown("help")} />}
        {shown === "help" && <help.Part onClose={() => setShown(null)} />}
      </Suspense>
    </div>
  );
}

/** Saved views of the runs, one click away. */
function SavedViews() {
  const { data: views = [] } = useQuery(viewsQuery());
  if (views.length === 0) return null;
  return (
    <div className={style.views}>
      <h2>Views</h2>
      {views.slice(0, 30).map((view) => {
        const kept = new URLSearchParams(view.query);
        return (
          <Link
            key={view.id} to="/runs" search={{ view: view.id, q: kept.get("q") ?? undefined, sort: kept.get("sort") ?? undefined }} className={style.place}
            activeProps={{ "aria-current": "page" }} title={kept.get("q") ?? "all runs"}
          >
            <Star size={14} aria-hidden /> <span className="pn-cut"><bdi>{view.name}</bdi></span>
          </Link>
        );
      })}
    </div>
  );
}

const MAC = /mac|iphone|ipad/i.test(navigator.userAgent);

function Project({ lost }: { lost: boolean }) {
  const { data } = useQuery(aboutQuery());
  if (data === undefined) return <span className={style.project} />;
  return (
    <span className={style.project} title={`${data.project} · Penstock ${data.version}${lost ? "" : data.engine_alive ? " · its engine is up" : " · no engine is up"}`}>
      <i className={data.engine_alive && !lost ? style.alive : style.asleep} aria-hidden />
      <span className="pn-cut">{data.project.split("/").findLast(Boolean) ?? data.project}</span>
      <span className="pn-unseen">{lost ? "its server does not answer" : data.engine_alive ? "its engine is up" : "no engine is up"}</span>
    </span>
  );
}
