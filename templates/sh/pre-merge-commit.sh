#!/usr/bin/env bash
#
# Git runs this in the place of pre-commit for a merge that it completes by itself.
#gen:values

exec "${BASH_SOURCE[0]%/*}/pre-commit" "$@"
