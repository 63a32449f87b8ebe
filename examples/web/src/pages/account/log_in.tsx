// The form to log in by e-mail address and password.
import { useState } from "react";
import { Link, Redirect, useLocation } from "wouter";
import { useClient } from "urql";
import { graphql } from "../../gql";
import { Field, FormErrors, textOf, useForm } from "../../parts/form";
import { useName } from "../../parts/name";
import { useSession } from "../../session/session";

const LogInDocument = graphql(`
  mutation LogIn($input: LogInInput!) {
    logIn(input: $input) { viewer { id } userErrors { code message field retryAfter } }
  }
`);

export function LogInPage() {
  useName("Log in");
  const { viewer, restart } = useSession();
  const [, go] = useLocation();
  const client = useClient();
  const [wantsPin, setWantsPin] = useState(false);

  const form = useForm(
    async (data) => {
      const input = {
        email: textOf(data, "email") ?? "",
        password: textOf(data, "password") ?? "",
        pin: textOf(data, "pin") ?? null,
        remember: data.has("remember"),
      };
      const payload = (await client.mutation(LogInDocument, { input }).toPromise()).data?.logIn;
      // All profiles of the account have a PIN, and that of the first is asked for.
      if (payload?.userErrors.some(({ field }) => field?.at(-1) === "pin")) setWantsPin(true);
      return payload;
    },
    () => {
      go("/");
      restart();
    },
  );

  if (viewer) return <Redirect to="/" replace />;
  return (
    <form className="card" onSubmit={form.onSubmit}>
      <h1>Log in</h1>
      <FormErrors errors={form.errors} fields={["email", "password", "pin"]} />
      <Field
        name="email"
        label="E-mail address"
        type="email"
        autoComplete="email"
        required
        autoFocus
        errors={form.errors}
      />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        errors={form.errors}
      />
      {wantsPin && (
        <Field
          name="pin"
          label="PIN of the first profile"
          inputMode="numeric"
          autoComplete="off"
          required
          errors={form.errors}
        />
      )}
      <label className="check">
        <input type="checkbox" name="remember" defaultChecked /> Stay logged in here
      </label>
      <button type="submit" className="button main" disabled={form.isBusy}>
        Log in
      </button>
      <p className="hint">
        No account yet? <Link href="/register">Make one</Link>.
      </p>
    </form>
  );
}
