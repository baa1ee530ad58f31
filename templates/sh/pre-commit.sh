#!/usr/bin/env bash
#
# Refuses a commit in which gen's files are not what the spec says, or a secret is not
# encrypted. It looks at what is about to be committed, not at the folder: a new file that
# nobody added is drift. Git runs it where core.hooksPath names its folder,
# docs/RUNBOOK.md, How changes are made.
set -euo pipefail

#gen:values

if ! command -v gen >/dev/null; then
  echo 'pre-commit: gen is not on the PATH, and nothing was checked; git commit --no-verify goes on without' >&2
  exit 1
fi
commit=$(mktemp -d)
trap 'rm -rf "$commit"' EXIT
# Git runs hooks at the top of the work tree, and says in the environment which index is
# committed.
git checkout-index --all --prefix="$commit/"
mkdir -p "$commit/.git" "$commit/$root" # gen looks for the spec up to here
cd "$commit/$root"
code=0
gen check ${spec[@]+"${spec[@]}"} || code=$?
if ((code == 1)); then
  echo "pre-commit: paths are as in the commit; put right what is said above, run gen${spec[*]+ ${spec[*]}} in ${root:-the top folder}, then git add -A ${root:-.}" >&2
fi
exit "$code"
