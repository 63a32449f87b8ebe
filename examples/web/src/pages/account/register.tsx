// The form to make an account.
import { useState } from "react";
import { Link, Redirect, useLocation } from "wouter";
import { useClient } from "urql";
import { graphql } from "../../gql";
import { Field, FormErrors, textOf, useForm } from "../../parts/form";
import { useName } from "../../parts/name";
import { useSession } from "../../session/session";

const RegisterDocument = graphql(`
  mutation Register($input: RegisterInput!) {
    register(input: $input) { viewer { id } userErrors { code message field retryAfter } }
  }
`);

export function RegisterPage() {
  useName("Make an account");
  const { viewer, site, restart } = useSession();
  const [, go] = useLocation();
  const client = useClient();
  const [isMailed, setMailed] = useState(false);

  const form = useForm(
    async (data) => {
      const input = {
        email: textOf(data, "email") ?? "",
        password: textOf(data, "password") ?? "",
        name: textOf(data, "name") ?? null,
        remember: true,
      };
      return (await client.mutation(RegisterDocument, { input }).toPromise()).data?.register;
    },
    (payload) => {
      // Such a site tells nobody who has an account, and logs in whoever followed the link in its mail.
      if (!payload.viewer) return setMailed(true);
      go("/");
      restart();
    },
  );

  if (viewer) return <Redirect to="/" replace />;
  if (isMailed) {
    return (
      <div className="card">
        <h1>Look into your mail</h1>
        <p>It says how to go on.</p>
      </div>
    );
  }
  const least = site?.logIn.passwordMinLength ?? 0;
  return (
    <form className="card" onSubmit={form.onSubmit}>
      <h1>Make an account</h1>
      <FormErrors errors={form.errors} fields={["email", "password", "name"]} />
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
        autoComplete="new-password"
        hint={`At least ${least} characters: a few words will do.`}
        required
        maxLength={site?.logIn.passwordMaxLength}
        errors={form.errors}
      />
      <Field
        name="name"
        label="Name of your profile"
        autoComplete="nickname"
        hint="You can leave it out."
        errors={form.errors}
      />
      <button type="submit" className="button main" disabled={form.isBusy}>
        Make an account
      </button>
      <p className="hint">
        You have one? <Link href="/log-in">Log in</Link>.
      </p>
    </form>
  );
}
