set -eu
BASE=$(git merge-base "$BASE" HEAD)
AUTH="Authorization: token $TOKEN"
ADD="$API/issues/$NUMBER/comments" LIST="$API/issues/$NUMBER/comments"
ONE="$API/issues/comments" EDIT=PATCH
