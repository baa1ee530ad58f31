set -eu
git add -A .
git diff --cached --quiet && exit 0
git -c user.name=gen -c user.email=gen@ci.invalid commit -m 'run gen'
git push "$PUSH" "HEAD:refs/heads/$BRANCH"
