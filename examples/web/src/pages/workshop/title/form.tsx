// The form of a title: what is typed is previewed, then saved, unless somebody else has changed the title meanwhile.
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useClient } from "urql";
import { graphql } from "../../../gql";
import type { EditedTitleFragment, EditTitleMutation, EditTitlesInput } from "../../../gql/graphql";
import { fieldOf, sentence, type UserError } from "../../../parts/form";
import { Differences } from "../differences";
import { emptyDraft, fieldsOf, GROUPS, inFilesOf, LOCKED_ONLY, type Draft, type FieldName } from "../fields";
import { LockChanged } from "../lock_changed";
import { Undo } from "../revisions/revert";
import { CATALOGUE } from "../runs";
import { changedFields, draftsOf, patchOf, unreadOf, type Drafts } from "./drafts";
import { OneField, LockButton } from "./field";
import { LANGUAGES, SITE_LANGUAGE } from "./languages";
import { Meanwhile, useMeanwhile } from "./meanwhile";

const EditDocument = graphql(`
  mutation EditTitle($input: EditTitlesInput!) {
    editTitles(input: $input) {
      results {
        title { id revision }
        changes { field before after }
        warnings
        userErrors { code message field }
      }
      changed run
      userErrors { code message field }
    }
  }
`);

type Result = EditTitleMutation["editTitles"]["results"][number];

interface FormProps {
  /** As it is now, as far as this page knows. */
  title: EditedTitleFragment;
  language: string;
  setLanguage: (language: string) => void;
  readAgain: () => void;
}

export function TitleForm({ title, language, setLanguage, readAgain }: FormProps) {
  const client = useClient();
  // What is typed is typed over this; where nothing is, it follows what the title is.
  const [base, setBase] = useState(title);
  const [typed, setTyped] = useState<Drafts>({});
  const [isBusy, setBusy] = useState(false);
  const [lock, setLock] = useState(true);
  const [preview, setPreview] = useState<Result | null>(null);
  const [errors, setErrors] = useState<UserError[]>([]);
  const [saved, setSaved] = useState<string | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), [preview, saved]);

  const said = draftsOf(base, language);
  const changed = changedFields(said, typed);
  const unread = unreadOf(base);
  const meanwhile = useMeanwhile(title, base, changed.length > 0, setBase);

  const type = (name: FieldName, draft: Draft) => {
    setTyped((now) => ({ ...now, [name]: draft }));
    setPreview(null);
    setSaved(null);
  };

  const send = async (dryRun: boolean) => {
    setBusy(true);
    const input: EditTitlesInput = {
      titles: [{ title: base.id, baseRevision: base.revision }],
      set: patchOf(base, changed, typed, language),
      errorPolicy: "REJECT_FAILED_ROWS",
      lock,
      dryRun,
    };
    const { data } = await client.mutation(EditDocument, { input }, CATALOGUE).toPromise();
    setBusy(false);
    const payload = data?.editTitles;
    if (!payload) return;
    const refused = [...payload.userErrors, ...payload.results.flatMap(({ userErrors }) => userErrors)];
    setErrors(refused);
    setPreview(null);
    if (refused.some(({ code }) => code === "STALE_REVISION")) readAgain();
    if (refused.length > 0) return;
    if (dryRun) {
      setPreview(payload.results[0] ?? null);
    } else {
      setTyped({});
      setSaved(payload.run);
      // Whoever types on before the title is read again is not told of their own edit.
      if (payload.run) meanwhile.own(payload.run);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void send(true);
  };
  const drop = () => {
    setTyped({});
    setErrors([]);
    setPreview(null);
  };

  const shownFields = new Set<string>(GROUPS.flatMap(({ fields }) => fields.map(({ name }) => name)));
  const rest = errors.filter((error) => !shownFields.has(fieldOf(error) ?? ""));
  return (
    <form className="title-form" onSubmit={submit}>
      {GROUPS.map(({ heading, fields }) => (
        <fieldset key={heading}>
          <legend>{heading}</legend>
          {heading === "Texts" && (
            <div className="field">
              <label htmlFor="language">Language of the texts</label>
              <select
                id="language"
                value={language}
                disabled={changed.length > 0}
                aria-describedby="language-about"
                onChange={(event) => setLanguage(event.target.value)}
              >
                {LANGUAGES.map(([code, name]) => (
                  <option key={code} value={code}>
                    {name}
                  </option>
                ))}
              </select>
              <p id="language-about" className="hint">
                {changed.length > 0
                  ? "Save or drop what is typed first."
                  : "Texts in other languages stay as they are."}
              </p>
            </div>
          )}
          <div className="form-fields">
            {fieldsOf(title.__typename, fields)
              // What the site's own language calls it is its name.
              .filter(({ name }) => name !== "names" || language !== SITE_LANGUAGE)
              .map((spec) => (
                <OneField
                  key={spec.name}
                  spec={spec}
                  draft={typed[spec.name] ?? said[spec.name] ?? emptyDraft(spec)}
                  onChange={(draft) => type(spec.name, draft)}
                  errors={errors.filter((error) => fieldOf(error) === spec.name)}
                  isChanged={changed.includes(spec.name)}
                  isUnread={unread.includes(spec.name)}
                  lock={<LockButton title={title} field={inFilesOf(spec, title.__typename)} onLocked={meanwhile.own} />}
                />
              ))}
          </div>
        </fieldset>
      ))}
      <fieldset>
        <legend>Locked with the rest</legend>
        <p className="hint">What is edited elsewhere can be locked here, too.</p>
        <ul className="chips">
          {LOCKED_ONLY.map(([field, label]) => (
            <li key={field}>
              {label} <LockButton title={title} field={field} onLocked={meanwhile.own} />
            </li>
          ))}
        </ul>
      </fieldset>

      {meanwhile.since && changed.length > 0 && (
        <Meanwhile
          since={meanwhile.since}
          mine={changed}
          type={title.__typename}
          keep={() => {
            setBase(title);
            setErrors([]);
            setPreview(null);
          }}
          drop={() => {
            setBase(title);
            drop();
          }}
        />
      )}
      <div role="alert" className="form-errors">
        {rest.map((error) => (
          <p key={error.code + error.message}>{sentence(error)}</p>
        ))}
      </div>
      {preview && (
        <div ref={panel} className="panel" role="region" aria-label="Preview" tabIndex={-1}>
          <h2>What it would change</h2>
          <Differences changes={preview.changes} />
          {preview.changes.length === 0 && <p className="hint">No field: the title says so already.</p>}
          {preview.warnings.map((warning) => (
            <p key={warning} className="hint">
              {warning}
            </p>
          ))}
          <p className="actions">
            <button type="button" className="button main" disabled={isBusy} onClick={() => void send(false)}>
              Save
            </button>
          </p>
        </div>
      )}
      {saved && (
        <div ref={panel} className="panel" role="region" aria-label="Saved" tabIndex={-1}>
          <p>Saved.</p>
          <Undo run={saved} onDone={() => setSaved(null)} />
        </div>
      )}
      <div className="form-foot">
        <LockChanged
          lock={lock}
          onChange={(lock) => {
            setLock(lock);
            setPreview(null);
          }}
        />
        <button type="submit" className="button" disabled={isBusy || changed.length === 0}>
          Preview
        </button>
        <button type="button" className="button" disabled={isBusy || changed.length === 0} onClick={drop}>
          Drop what is typed
        </button>
      </div>
    </form>
  );
}
