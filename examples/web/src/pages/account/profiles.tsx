// The profiles of the account: which one watches here, others to choose, a new one; and logging out.
import { useState } from "react";
import { Redirect, useLocation } from "wouter";
import { useClient, useQuery } from "urql";
import { graphql } from "../../gql";
import type { ProfilesQuery } from "../../gql/graphql";
import { useChange } from "../../parts/change";
import { Failure } from "../../parts/failure";
import { Field, FormErrors, textOf, useForm } from "../../parts/form";
import { useName } from "../../parts/name";
import { useNotify } from "../../parts/notices";
import { useSession } from "../../session/session";

const ProfilesDocument = graphql(`
  query Profiles {
    viewer { id user { id email profiles(first: 20) { id name maxAge hasPin } } profile { id maxAge } }
  }
`);

const SelectDocument = graphql(`
  mutation SelectProfile($profile: ID!, $pin: String) {
    selectProfile(input: { profile: $profile, pin: $pin }) { profile { id } userErrors { code message field retryAfter } }
  }
`);

const CreateDocument = graphql(`
  mutation CreateProfile($input: CreateProfileInput!) {
    createProfile(input: $input) { profile { id } userErrors { code message field retryAfter } }
  }
`);

const DeleteDocument = graphql(`
  mutation DeleteProfile($profile: ID!) {
    deleteProfile(input: { profile: $profile }) { viewer { id } userErrors { code message field } }
  }
`);

const LogOutDocument = graphql(`
  mutation LogOut { logOut(input: {}) { userErrors { code message field } } }
`);

const LogOutOthersDocument = graphql(`
  mutation LogOutOthers { logOutOthers(input: {}) { ended userErrors { code message field } } }
`);

const ADULT = 18;
const AGES: [string, string][] = [
  ["", "Everything"],
  ["16", "Up to 16"],
  ["12", "Up to 12"],
  ["6", "Up to 6"],
  ["0", "For all ages only"],
];

type Profile = NonNullable<NonNullable<ProfilesQuery["viewer"]>["user"]["profiles"]>[number];

export function ProfilesPage() {
  useName("Profiles");
  const { viewer, setQuiet, restart } = useSession();
  const [, go] = useLocation();
  const notify = useNotify();
  const [isBusy, change] = useChange();
  const [{ data, error }, again] = useQuery({ query: ProfilesDocument, pause: !viewer });
  if (!viewer) return <Redirect to="/log-in" replace />;
  if (error && !data) return <Failure error={error} retry={() => again({ requestPolicy: "network-only" })} />;

  const own = data?.viewer?.profile;
  const isAdult = own !== undefined && (own.maxAge ?? ADULT) >= ADULT;
  const logOut = async () => {
    setQuiet(true);
    await change(LogOutDocument, {});
    go("/");
    restart();
  };

  const logOutOthers = async () => {
    const done = await change(LogOutOthersDocument, {});
    if (done)
      notify(
        done.logOutOthers.ended === 0
          ? "Nobody else was logged in."
          : `Logged out elsewhere: ${done.logOutOthers.ended}.`,
      );
  };

  return (
    <div className="page narrow">
      <header className="section-head">
        <h1>Who is watching?</h1>
        {isAdult && (
          <button type="button" className="button small" disabled={isBusy} onClick={() => void logOutOthers()}>
            Log out elsewhere
          </button>
        )}
        <button type="button" className="button small" disabled={isBusy} onClick={() => void logOut()}>
          Log out
        </button>
      </header>
      <p className="hint">{data?.viewer?.user.email ?? <>&nbsp;</>}</p>
      <ul className="profiles">
        {data?.viewer?.user.profiles?.map((profile) => (
          <OneProfile key={profile.id} profile={profile} isOwn={profile.id === own?.id} mayDelete={isAdult} />
        ))}
      </ul>
      {isAdult && <NewProfile />}
    </div>
  );
}

function OneProfile({ profile, isOwn, mayDelete }: { profile: Profile; isOwn: boolean; mayDelete: boolean }) {
  const { setQuiet, restart } = useSession();
  const client = useClient();
  const [, go] = useLocation();
  const [isBusy, change] = useChange();
  const form = useForm(
    async (data) => {
      setQuiet(true);
      const variables = { profile: profile.id, pin: textOf(data, "pin") ?? null };
      const payload = (await client.mutation(SelectDocument, variables).toPromise()).data?.selectProfile;
      // After a wrong PIN the session goes on, and so do its subscriptions.
      if (payload?.userErrors.length !== 0) setQuiet(false);
      return payload;
    },
    () => {
      go("/");
      restart();
    },
  );

  return (
    <li>
      <form className="profile" onSubmit={form.onSubmit}>
        <span className="badge large" aria-hidden="true">
          {profile.name.charAt(0).toUpperCase()}
        </span>
        <div>
          <strong>{profile.name}</strong>
          <p className="hint">
            {isOwn ? "Watching here" : profile.maxAge === null ? "Everything" : `Up to ${profile.maxAge}`}
          </p>
        </div>
        {!isOwn && (
          <>
            {profile.hasPin && (
              <input
                name="pin"
                className="pin"
                inputMode="numeric"
                autoComplete="off"
                placeholder="PIN"
                aria-label={`PIN of ${profile.name}`}
                required
              />
            )}
            <button type="submit" className="button small" disabled={form.isBusy}>
              Switch
            </button>
            {mayDelete && (
              <button
                type="button"
                className="button small"
                disabled={isBusy}
                onClick={() => {
                  if (confirm(`Delete ${profile.name} and all that it watched?`))
                    void change(DeleteDocument, { profile: profile.id });
                }}
              >
                Delete
              </button>
            )}
          </>
        )}
      </form>
      <FormErrors errors={form.errors} fields={[]} />
    </li>
  );
}

function NewProfile() {
  const client = useClient();
  const [round, setRound] = useState(0);
  const form = useForm(
    async (data) => {
      const age = textOf(data, "maxAge");
      const input = {
        name: textOf(data, "name") ?? "",
        maxAge: age === undefined ? null : Number(age),
        pin: textOf(data, "pin") ?? null,
      };
      return (await client.mutation(CreateDocument, { input }).toPromise()).data?.createProfile;
    },
    () => setRound(round + 1),
  );

  return (
    <form key={round} className="card wide" onSubmit={form.onSubmit}>
      <h2>Another profile</h2>
      <FormErrors errors={form.errors} fields={["name", "pin"]} />
      <div className="fields">
        <Field name="name" label="Name" required maxLength={50} errors={form.errors} />
        <div className="field">
          <label htmlFor="max-age">May watch</label>
          <select id="max-age" name="maxAge">
            {AGES.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <Field
          name="pin"
          label="PIN"
          inputMode="numeric"
          autoComplete="off"
          hint="4 to 8 digits, or none."
          errors={form.errors}
        />
      </div>
      <button type="submit" className="button" disabled={form.isBusy}>
        Add profile
      </button>
    </form>
  );
}
