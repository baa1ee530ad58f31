accept=$(printf '%s\n' "$LABELS" | tr ',' '\n' | sed -n 's/^accept-\([a-z]*\)$/--accept=\1/p')
code=0
# shellcheck disable=SC2086  # a word for each label
gen diff --summary --from "$BASE" --to HEAD --guard $accept --format markdown >summary.md || code=$?
cat summary.md
[ "$code" -eq 0 ] || [ "$code" -eq 3 ] || exit "$code"
jq -n --rawfile body summary.md '{body: $body}' >comment.json
api() { curl -fsS -H "$AUTH" -H 'Content-Type: application/json' "$@"; }
id=$(api "$LIST" | jq -r 'map(select(.body | startswith("<!-- gen diff --summary -->")))[0].id // empty')
if [ -n "$id" ]; then
  api -X "$EDIT" -d @comment.json "$ONE/$id" >/dev/null
else
  api -X POST -d @comment.json "$ADD" >/dev/null
fi
exit "$code"
