// What the role of whoever is logged in lets them do.
import { useSession } from "./session";

/** Everybody's role but a viewer's lets them curate. */
export function useIsCurator(): boolean {
  const { viewer } = useSession();
  return viewer ? viewer.user.role !== "VIEWER" : false;
}
