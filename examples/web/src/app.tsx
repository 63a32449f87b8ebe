// What is around every page, and which page is at which address.
import { useEffect, useRef } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { HistoryPage } from "./pages/account/history";
import { LogInPage } from "./pages/account/log_in";
import { ProfilesPage } from "./pages/account/profiles";
import { RegisterPage } from "./pages/account/register";
import { WatchlistPage } from "./pages/account/watchlist";
import { HomePage } from "./pages/home";
import { PersonPage } from "./pages/person";
import { PlayerPage } from "./pages/player/page";
import { SearchPage } from "./pages/search/page";
import { TitlePage } from "./pages/title/page";
import { Workshop } from "./pages/workshop/page";
import { Failure, Nothing } from "./parts/failure";
import { useIsCurator } from "./session/role";
import { useSession } from "./session/session";

export function App() {
  const { viewer, failure, restart } = useSession();
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);

  // Whoever goes back is where they were; that is up to the browser.
  const isBack = useRef(true);
  useEffect(() => {
    const goBack = () => (isBack.current = true);
    addEventListener("popstate", goBack);
    return () => removeEventListener("popstate", goBack);
  }, []);
  // Another page is read from its top, by screen readers too, unless it has a field to begin with.
  useEffect(() => {
    if (!isBack.current) {
      if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isBack.current = false;
  }, [path]);

  return (
    <>
      <Header />
      <main ref={main} tabIndex={-1}>
        {failure && <Failure error={failure} retry={restart} />}
        {viewer !== undefined && <Pages />}
      </main>
    </>
  );
}

function Pages() {
  const [path] = useLocation();
  if (path === "/workshop" || path.startsWith("/workshop/")) return <Workshop />;
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/search" component={SearchPage} />
      <Route path="/title/:slug">{({ slug }) => <TitlePage key={slug} slug={slug} />}</Route>
      <Route path="/person/:slug">{({ slug }) => <PersonPage key={slug} slug={slug} />}</Route>
      <Route path="/watch/:id">{({ id }) => <PlayerPage key={id} id={id} />}</Route>
      <Route path="/log-in" component={LogInPage} />
      <Route path="/register" component={RegisterPage} />
      <Route path="/profiles" component={ProfilesPage} />
      <Route path="/history" component={HistoryPage} />
      <Route path="/watchlist" component={WatchlistPage} />
      <Route>
        <Nothing>There is no such page.</Nothing>
      </Route>
    </Switch>
  );
}

function Header() {
  const { viewer, site } = useSession();
  const isCurator = useIsCurator();
  const [path] = useLocation();
  const here = (href: string) => (path === href ? ("page" as const) : undefined);
  const links: [string, string][] = viewer
    ? [
        ["/search", "Search"],
        ["/watchlist", "Watchlist"],
        ["/history", "History"],
        ...(isCurator ? [["/workshop", "Workshop"] as [string, string]] : []),
      ]
    : [["/search", "Search"]];

  return (
    <header className="top">
      <Link href="/" className="brand">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <span>{site?.name ?? "Reelgraph"}</span>
      </Link>
      <nav aria-label="Pages">
        {links.map(([href, name]) => (
          <Link key={href} href={href} aria-current={here(href)}>
            {name}
          </Link>
        ))}
        {viewer === null && (
          <Link href="/log-in" className="button small" aria-current={here("/log-in")}>
            Log in
          </Link>
        )}
        {viewer && (
          <Link
            href="/profiles"
            className="badge"
            aria-current={here("/profiles")}
            title={`Profile: ${viewer.profile.name}`}
          >
            <span aria-hidden="true">{viewer.profile.name.charAt(0).toUpperCase()}</span>
            <span className="unseen">Profile {viewer.profile.name}</span>
          </Link>
        )}
      </nav>
    </header>
  );
}
