// Finds out whether the server answers.
// Params: none
// Returns: answer
RETURN 1 AS answer
