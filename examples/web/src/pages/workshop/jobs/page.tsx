// Jobs: the loads and scans of the site, and what the site works on for the profile that watches.
import { useName } from "../../../parts/name";
import { OwnJobs } from "./own";
import { SiteJobs } from "./site";

export function JobsPage() {
  useName("Jobs");
  return (
    <>
      <h1>Jobs</h1>
      <section aria-labelledby="site-jobs">
        <h2 id="site-jobs">Loads and scans</h2>
        <SiteJobs />
      </section>
      <section aria-labelledby="own-jobs">
        <h2 id="own-jobs">For this profile</h2>
        <OwnJobs />
      </section>
    </>
  );
}
