// The states of files, those that wait for somebody first.
import type { MediaFileState } from "../../gql/graphql";

export const FILE_STATES: MediaFileState[] = ["AMBIGUOUS", "UNMATCHED", "MISSING", "MATCHED", "IGNORED"];
