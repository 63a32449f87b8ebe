// What is typed into a search box: it stands in the address once nobody types on.
import { useEffect, useState } from "react";
import { useSearchParams } from "wouter";
import { withParameter } from "../../parts/parameters";

const DEBOUNCE_MS = 200;

/** What is typed, and how that is changed; the parameter `q` follows. */
export function useTypedQuery(): [string, (typed: string) => void] {
  const [params, setParams] = useSearchParams();
  const query = params.get("q") ?? "";
  const [typed, setTyped] = useState(query);
  useEffect(() => {
    if (typed.trim() === query) return;
    const timer = setTimeout(() => {
      setParams((now) => withParameter(now, "q", typed.trim()), { replace: true });
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [typed, query, setParams]);
  return [typed, setTyped];
}
