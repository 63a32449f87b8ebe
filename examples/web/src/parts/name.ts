// What the browser calls the page, in its tab and its history.
import { useEffect } from "react";
import { useSession } from "../session/session";

/** The site's own name is enough where there is none. */
export function useName(name?: string) {
  const { site } = useSession();
  useEffect(() => {
    if (site) document.title = [name, site.name].filter(Boolean).join(" · ");
  }, [name, site]);
}
