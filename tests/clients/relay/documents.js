// What `relay-compiler` compiles. Nobody executes this file.
import { graphql } from "react-relay";

graphql`
  query documentsQuery($first: Int, $after: String) {
    ...documents_titles @arguments(first: $first, after: $after)
  }
`;

graphql`
  fragment documents_titles on Query
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  )
  @refetchable(queryName: "documentsPagingQuery") {
    titles(first: $first, after: $after, last: $last, before: $before, orderBy: NAME)
      @connection(key: "documents_titles") {
      edges {
        node {
          id
          name
          viewerLiked
        }
      }
    }
  }
`;

graphql`
  fragment documents_watchlist on Profile
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" })
  @refetchable(queryName: "documentsWatchlistQuery") {
    watchlist(first: $first, after: $after) @connection(key: "documents_watchlist") {
      edges {
        node {
          id
        }
      }
    }
  }
`;

graphql`
  mutation documentsLogInMutation($input: LogInInput!) {
    logIn(input: $input) {
      viewer {
        profile {
          ...documents_watchlist
        }
      }
      userErrors {
        code
      }
    }
  }
`;

graphql`
  mutation documentsRateMutation($input: RateTitleInput!) {
    rateTitle(input: $input) {
      title {
        id
        viewerLiked
      }
      userErrors {
        code
      }
    }
  }
`;

graphql`
  subscription documentsStateSubscription {
    watchStateChanged {
      item {
        id
      }
      state {
        position
      }
    }
  }
`;
