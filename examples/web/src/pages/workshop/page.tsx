// The curators' workshop: what is around its pages, which page is at which address, and for whom it is.
import { Link, Route, Switch, useLocation } from "wouter";
import { Nothing } from "../../parts/failure";
import { useIsCurator } from "../../session/role";
import { useSession } from "../../session/session";
import { EpisodePage } from "./episode/page";
import { FilesPage } from "./files/page";
import { JobsPage } from "./jobs/page";
import { LikelyPage } from "./likely";
import { MergePeoplePage } from "./merge/people";
import { MergeTitlesPage } from "./merge/titles";
import { OverviewPage } from "./overview";
import { PersonFormPage } from "./person/page";
import { RevisionsPage } from "./revisions/page";
import { FormPage } from "./title/page";
import { TitlesPage } from "./titles/page";

const PAGES: [string, string][] = [
  ["/workshop", "Overview"],
  ["/workshop/titles", "Titles"],
  ["/workshop/files", "Files"],
  ["/workshop/likely", "Likely the same"],
  ["/workshop/revisions", "Revisions"],
  ["/workshop/jobs", "Jobs"],
];

export function Workshop() {
  const { viewer } = useSession();
  const isCurator = useIsCurator();
  const [path] = useLocation();
  if (!viewer) {
    return (
      <Nothing>
        The workshop is for curators. <Link href="/log-in">Log in</Link> as one.
      </Nothing>
    );
  }
  if (!isCurator) return <Nothing>The workshop is for curators, and this account is of a viewer.</Nothing>;

  return (
    <div className="page workshop">
      <nav aria-label="Workshop" className="workshop-pages">
        {PAGES.map(([href, name]) => (
          <Link key={href} href={href} className="chip" aria-current={path === href ? "page" : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      <Switch>
        <Route path="/workshop" component={OverviewPage} />
        <Route path="/workshop/titles" component={TitlesPage} />
        <Route path="/workshop/title/:id">{({ id }) => <FormPage key={id} id={id} />}</Route>
        <Route path="/workshop/episode/:id">{({ id }) => <EpisodePage key={id} id={id} />}</Route>
        <Route path="/workshop/person/:id">{({ id }) => <PersonFormPage key={id} id={id} />}</Route>
        <Route path="/workshop/files" component={FilesPage} />
        <Route path="/workshop/likely" component={LikelyPage} />
        <Route path="/workshop/merge/titles/:one/:other">
          {(pair) => <MergeTitlesPage key={pair.one + pair.other} {...pair} />}
        </Route>
        <Route path="/workshop/merge/people/:one/:other">
          {(pair) => <MergePeoplePage key={pair.one + pair.other} {...pair} />}
        </Route>
        <Route path="/workshop/revisions" component={RevisionsPage} />
        <Route path="/workshop/jobs" component={JobsPage} />
        <Route>
          <Nothing>There is no such page.</Nothing>
        </Route>
      </Switch>
    </div>
  );
}
