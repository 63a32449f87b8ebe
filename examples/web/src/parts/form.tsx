// Forms whose errors stand beside the field that they are about, as `userErrors` name it.
import { useId, useState, type FormEvent, type InputHTMLAttributes, type ReactNode } from "react";

export interface UserError {
  code: string;
  message: string;
  field?: string[] | null;
  retryAfter?: number | null;
}

/**
 * What a form does when it is sent, at most once at a time. `send` gives the payload of its mutation, and undefined if
 * the request failed, of which the client tells.
 */
export function useForm<Payload extends { userErrors: UserError[] }>(
  send: (data: FormData) => Promise<Payload | undefined>,
  done: (payload: Payload, form: HTMLFormElement) => void,
) {
  const [errors, setErrors] = useState<UserError[]>([]);
  const [isBusy, setBusy] = useState(false);

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    void send(new FormData(form)).then((payload) => {
      setBusy(false);
      setErrors(payload?.userErrors ?? []);
      if (payload?.userErrors.length === 0) done(payload, form);
    });
  };
  return { errors, isBusy, onSubmit };
}

/** What stands above the form: the errors that are about none of its fields. */
export function FormErrors({ errors, fields }: { errors: UserError[]; fields: string[] }) {
  const rest = errors.filter(({ field }) => !fields.includes(field?.at(-1) ?? ""));
  return (
    <div role="alert" className="form-errors">
      {rest.map((error) => (
        <p key={error.code + error.message}>{sentence(error)}</p>
      ))}
    </div>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  /** As the input of the mutation calls it. */
  name: string;
  label: string;
  hint?: ReactNode;
  errors: UserError[];
}

export function Field({ name, label, hint, errors, ...input }: FieldProps) {
  const id = useId();
  const own = errors.filter(({ field }) => field?.at(-1) === name);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} aria-invalid={own.length > 0} aria-describedby={`${id}-about`} {...input} />
      <p id={`${id}-about`} className={own.length > 0 ? "field-error" : "hint"}>
        {own.length > 0 ? own.map(sentence).join(" ") : hint}
      </p>
    </div>
  );
}

/** The text of a field of a form that was sent; undefined if it was left empty. */
export function textOf(data: FormData, name: string): string | undefined {
  const value = data.get(name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The field that an error is about, also where it is about one entry of its list. */
export function fieldOf({ field }: UserError): string | undefined {
  return field?.findLast((step) => !/^\d+$/.test(step));
}

export function sentence({ message, retryAfter }: UserError): string {
  const begun = message.charAt(0).toUpperCase() + message.slice(1);
  return `${begun}.${retryAfter ? ` Try again in ${retryAfter} s.` : ""}`;
}
