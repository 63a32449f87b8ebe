// An episode as curators see it: its form, and what was changed of it.
import { Link, useSearchParams } from "wouter";
import { useClient, useQuery } from "urql";
import { graphql } from "../../../gql";
import type { EditedEpisodeFragment, EpisodePatch } from "../../../gql/graphql";
import { Failure, Nothing } from "../../../parts/failure";
import { words } from "../../../parts/format";
import { useName } from "../../../parts/name";
import { formAddress, nodeAddress } from "../addresses";
import { EPISODE_GROUPS, EPISODE_LOCKED_ONLY } from "../fields";
import { FilesOfItem } from "../files/of_item";
import { creditsOf, minutesText, numberText, unreadLists, type Drafts } from "../form/drafts";
import { EditForm, type Edit, type Outcome } from "../form/form";
import { SITE_LANGUAGE } from "../form/languages";
import { RevisionList } from "../revisions/list";
import { CATALOGUE } from "../runs";

const EpisodeDocument = graphql(`
  query WorkshopEpisode($id: ID!) { node(id: $id) { __typename ...EditedEpisode } }
`);

graphql(`
  fragment EditedEpisode on Episode {
    __typename id label revision lockedFields
    name(language: "en") originalName texts { language name overview }
    aired duration durationSource
    numberEnd absoluteNumber airsBeforeSeason airsBeforeEpisode airsAfterSeason
    title { __typename id name slug }
    previous { __typename id label } next { __typename id label }
    directors: credits(role: [DIRECTOR], first: 100) { ...Billed }
    guests: credits(role: [GUEST], first: 100) { ...Billed }
    writers: credits(role: [WRITER], first: 100) { ...Billed }
  }
`);

const EditDocument = graphql(`
  mutation EditEpisode($input: EditEpisodeInput!) {
    editEpisode(input: $input) {
      episode { id revision }
      changes { field before after }
      warnings run
      userErrors { code message field }
    }
  }
`);

export function EpisodePage({ id }: { id: string }) {
  const client = useClient();
  const [params, setParams] = useSearchParams();
  const language = params.get("language") ?? SITE_LANGUAGE;
  const [{ data, error }, again] = useQuery({ query: EpisodeDocument, variables: { id }, context: CATALOGUE });
  const node = data?.node;
  const episode = node?.__typename === "Episode" ? node : undefined;
  useName(episode && `${episode.title.name} ${episode.label ?? ""}`);
  const readAgain = () => again({ requestPolicy: "network-only" });
  if (error && !node) return <Failure error={error} retry={readAgain} />;
  if (!data) return <p className="hint">Reading…</p>;
  if (!episode) return <Nothing>{node ? `${words(node.__typename)}: no episode.` : "There is nothing here."}</Nothing>;

  const send = async ({ base, set, lock, dryRun }: Edit<EditedEpisodeFragment>): Promise<Outcome | undefined> => {
    const input = { episode: base.id, baseRevision: base.revision, set: set as EpisodePatch, lock, dryRun };
    const { data: done } = await client.mutation(EditDocument, { input }, CATALOGUE).toPromise();
    return done?.editEpisode;
  };
  const { title, previous, next } = episode;
  return (
    <>
      <header>
        <h1>
          {episode.label} {episode.name}
        </h1>
        <p className="facts">
          Episode of <Link href={formAddress(title.id)}>{title.name}</Link> · revision {episode.revision}
        </p>
        <p className="actions">
          <Link href={`/title/${title.slug}`}>As viewers see it</Link>
          {previous && <Link href={nodeAddress(previous)}>← {previous.label}</Link>}
          {next && <Link href={nodeAddress(next)}>{next.label} →</Link>}
        </p>
      </header>
      <EditForm
        key={language}
        node={episode}
        groups={EPISODE_GROUPS}
        lockedOnly={EPISODE_LOCKED_ONLY}
        draftsOf={draftsOf}
        unreadOf={({ directors, guests, writers }) => unreadLists({ directors, guests, writers })}
        send={send}
        language={language}
        setLanguage={(chosen) => setParams({ language: chosen }, { replace: true })}
        readAgain={readAgain}
      />
      <FilesOfItem id={id} />
      <section aria-labelledby="revisions">
        <h2 id="revisions">Revisions</h2>
        <RevisionList key={id} filter={{ node: id }} />
      </section>
    </>
  );
}

function draftsOf(episode: EditedEpisodeFragment, language: string): Drafts<keyof EpisodePatch> {
  const texts = episode.texts?.find((said) => said.language === language);
  const own = episode.texts?.find((said) => said.language === SITE_LANGUAGE);
  // What players have measured is nothing that the catalogue says.
  const said = episode.durationSource === "CATALOGUE" ? episode.duration : null;
  return {
    // One without a name is shown by its number, which is nothing that the catalogue says.
    name: own?.name ?? "",
    originalName: episode.originalName ?? "",
    names: texts?.name ?? "",
    overview: texts?.overview ?? "",
    aired: episode.aired ?? "",
    durationMinutes: minutesText(said),
    numberEnd: numberText(episode.numberEnd),
    absoluteNumber: numberText(episode.absoluteNumber),
    airsBeforeSeason: numberText(episode.airsBeforeSeason),
    airsBeforeEpisode: numberText(episode.airsBeforeEpisode),
    airsAfterSeason: numberText(episode.airsAfterSeason),
    directors: creditsOf(episode.directors),
    guests: creditsOf(episode.guests),
    writers: creditsOf(episode.writers),
  };
}
