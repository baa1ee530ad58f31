set -eu
BASE=$(git merge-base "$BASE" HEAD)
AUTH="Authorization: Bearer $TOKEN"
ADD="$API/issues/$NUMBER/comments" LIST="$API/issues/$NUMBER/comments?per_page=100"
ONE="$API/issues/comments" EDIT=PATCH
