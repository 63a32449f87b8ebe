// The parameters in the address of a page, which say what it shows.

/** The same but for one, which is left out where it is empty. */
export function withParameter(params: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value) next.set(name, value);
  else next.delete(name);
  return next;
}
