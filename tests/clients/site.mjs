// The program that is asked, and who asks it.
export const site = process.env.REELGRAPH;
export const graphql = `${site}/graphql`;
/** The account of the demo site. */
export const ACCOUNT = { email: "demo@example.org", password: "correct horse battery" };

/** What is answered to a plain `POST`. */
export async function ask(query, variables = {}, headers = {}) {
  const answer = await fetch(graphql, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

/** The headers of an app that is logged in. */
export async function loggedIn() {
  const input = { ...ACCOUNT, transport: "BEARER" };
  const { data } = await ask("mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }", { input });
  return { authorization: `Bearer ${data.logIn.accessToken}` };
}

export async function idOf(slug) {
  const { data } = await ask("query ($slug: String) { film(slug: $slug) { id } }", { slug });
  return data.film.id;
}

/** Calls as a browser does that keeps cookies, and notes what goes over the wire in `wire`. */
export function browser() {
  const wire = [];
  let cookie;
  const call = async (address, options = {}) => {
    const headers = new Headers(options.headers);
    headers.set("origin", site);
    if (cookie) headers.set("cookie", cookie);
    const answer = await fetch(address, { ...options, headers });
    const set = answer.headers.getSetCookie()[0];
    if (set) cookie = set.split(";")[0];
    const { errors } = await answer
      .clone()
      .json()
      .catch(() => ({}));
    const code = errors?.[0]?.extensions?.code;
    wire.push({ method: options.method ?? "GET", address: String(address), headers, answer, code });
    return answer;
  };
  return { call, wire };
}

/** Waits, and says for what if it comes to nothing. */
export async function within(what, promise, ms = 20_000) {
  let timer;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`nothing came: ${what}`)), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
