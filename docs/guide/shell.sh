# Small wrappers around curl, for the commands in the README and in this folder. Load them with
#   . docs/guide/shell.sh
# They need curl 7.82 or later and node. URL is the address of the gateway.
export URL="${URL:-http://127.0.0.1:4000}"

# api ADDRESS [OPTIONS OF CURL]: sends a request and prints the answer. It fails when the status is 400 or above.
api() { curl -sS --fail-with-body -w '\n' "$@"; }

# pick PATH: prints one value of the JSON on standard input, for instance `pick data.createTask.id`.
pick() { node -pe 'process.argv[1].split(".").reduce((at, key) => at[key], JSON.parse(fs.readFileSync(0)))' "$1"; }

# sign_in EMAIL PASSWORD: keeps the answer in SESSION and the access token in TOKEN. The token is valid for ten minutes.
sign_in() {
  SESSION=$(api "$URL/v1/auth/login" --json "{\"email\": \"$1\", \"password\": \"$2\"}") &&
    TOKEN=$(echo "$SESSION" | pick accessToken) && export TOKEN
}

# rest ADDRESS [OPTIONS OF CURL]: the same as api, signed in.
rest() { api -H "authorization: Bearer $TOKEN" "$@"; }

# ask DOCUMENT [VARIABLES]: sends a GraphQL document, with its variables as JSON, and prints the answer.
ask() {
  node -pe 'JSON.stringify({ query: process.argv[1], variables: JSON.parse(process.argv[2] ?? "{}") })' "$@" |
    rest "$URL/graphql" --json @-
}
