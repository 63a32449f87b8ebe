// A form of the workshop: what is typed is previewed, then saved, unless somebody else has changed it meanwhile.
import { useEffect, useRef, useState, type FormEvent } from "react";
import { fieldOf, sentence, type UserError } from "../../../parts/form";
import { Differences, type FieldChange } from "../differences";
import { emptyDraft, type Draft, type Group } from "../fields";
import { Undo } from "../revisions/revert";
import { changedFields, patchOf, type Drafts } from "./drafts";
import { LockButton, OneField } from "./field";
import { LANGUAGES, SITE_LANGUAGE } from "./languages";
import { LockChanged } from "./lock_changed";
import { Meanwhile, useMeanwhile } from "./meanwhile";

/** What can be edited. */
export interface Edited {
  id: string;
  revision: number;
  lockedFields: string[] | null;
}

/** What is sent of what was typed over `base`. */
export interface Edit<Node> {
  base: Node;
  set: Record<string, unknown>;
  lock: boolean;
  dryRun: boolean;
}

export interface Outcome {
  changes: FieldChange[];
  warnings: string[];
  /** Null if nothing was written. */
  run: string | null;
  userErrors: UserError[];
}

interface FormProps<Node extends Edited> {
  /** As it is now, as far as this page knows. */
  node: Node;
  groups: Group[];
  /** What can be locked, but is edited elsewhere. */
  lockedOnly: [string, string][];
  draftsOf: (node: Node, language: string) => Drafts;
  /** The lists of which not all was read. */
  unreadOf: (node: Node) => string[];
  /** Undefined if the request failed, of which the client tells. */
  send: (edit: Edit<Node>) => Promise<Outcome | undefined>;
  /** That of the texts. */
  language: string;
  setLanguage: (language: string) => void;
  readAgain: () => void;
}

export function EditForm<Node extends Edited>(props: FormProps<Node>) {
  const { node, groups, lockedOnly, language, setLanguage, readAgain } = props;
  // What is typed is typed over this; where nothing is, it follows what is there.
  const [base, setBase] = useState(node);
  const [typed, setTyped] = useState<Drafts>({});
  const [isBusy, setBusy] = useState(false);
  const [lock, setLock] = useState(true);
  const [preview, setPreview] = useState<Outcome | null>(null);
  const [errors, setErrors] = useState<UserError[]>([]);
  const [saved, setSaved] = useState<string | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), [preview, saved]);

  const said = props.draftsOf(base, language);
  const fields = groups.flatMap((group) => group.fields);
  const changed = changedFields(fields, said, typed);
  const unread = props.unreadOf(base);
  const meanwhile = useMeanwhile(node, base, changed.length > 0, setBase);

  const type = (name: string, draft: Draft) => {
    setTyped((now) => ({ ...now, [name]: draft }));
    setPreview(null);
    setSaved(null);
  };

  const send = async (dryRun: boolean) => {
    setBusy(true);
    const outcome = await props.send({ base, set: patchOf(changed, typed, language), lock, dryRun });
    setBusy(false);
    if (!outcome) return;
    const refused = outcome.userErrors;
    setErrors(refused);
    setPreview(null);
    if (refused.some(({ code }) => code === "STALE_REVISION")) readAgain();
    if (refused.length > 0) return;
    if (dryRun) {
      setPreview(outcome);
    } else {
      setTyped({});
      setSaved(outcome.run);
      // Whoever types on before it is read again is not told of their own edit.
      if (outcome.run) meanwhile.own(outcome.run);
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

  const shownFields = new Set(fields.map(({ name }) => name));
  const rest = errors.filter((error) => !shownFields.has(fieldOf(error) ?? ""));
  return (
    <form className="title-form" onSubmit={submit}>
      {groups.map(({ heading, fields }) => (
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
            {fields
              // What the site's own language calls it is its name.
              .filter(({ name }) => name !== "names" || language !== SITE_LANGUAGE)
              .map((spec) => (
                <OneField
                  key={spec.name}
                  spec={spec}
                  draft={typed[spec.name] ?? said[spec.name] ?? emptyDraft(spec)}
                  onChange={(draft) => type(spec.name, draft)}
                  errors={errors.filter((error) => fieldOf(error) === spec.name)}
                  isChanged={changed.includes(spec)}
                  isUnread={unread.includes(spec.name)}
                  lock={<LockButton node={node} field={spec.inFiles} onLocked={meanwhile.own} />}
                />
              ))}
          </div>
        </fieldset>
      ))}
      <fieldset>
        <legend>Locked with the rest</legend>
        <p className="hint">What is edited elsewhere can be locked here, too.</p>
        <ul className="chips">
          {lockedOnly.map(([field, label]) => (
            <li key={field}>
              {label} <LockButton node={node} field={field} onLocked={meanwhile.own} />
            </li>
          ))}
        </ul>
      </fieldset>

      {meanwhile.since && changed.length > 0 && (
        <Meanwhile
          since={meanwhile.since}
          mine={changed}
          keep={() => {
            setBase(node);
            setErrors([]);
            setPreview(null);
          }}
          drop={() => {
            setBase(node);
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
          {preview.changes.length === 0 && <p className="hint">No field: it is so already.</p>}
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
