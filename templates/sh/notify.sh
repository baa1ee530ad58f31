#!/usr/bin/env bash
# notify SUBJECT [TEXT]: sends both to everyone who is told of what fails on a host. It takes two minutes at the most and never
# fails, since who calls it has something else to do. NTFY_TOKEN_FILE and WEBHOOK_FILE are files with a secret each.
set -uo pipefail
export LC_ALL=C

#gen:values

subject=${1:-no subject}
subject=${subject//[^[:print:]]/ } # it goes into headers: one line
subject=${subject:0:200}
text=${2:-}
text=${text:0:16000}

# No secret stands on a command line: curl reads its configuration from a pipe.
post() {
  timeout 100 curl --silent --show-error --fail --proto =https --connect-timeout 10 --max-time 30 --retry 3 --retry-all-errors \
    --retry-max-time 60 --output /dev/null "$@"
}

said() {
  if [ "$2" = 0 ]; then echo "notify: $1: sent" >&2; else echo "notify: $1: not sent" >&2; fi
}

if [ -n "$email" ]; then
  {
    printf 'To: %s\nSubject: %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s\n' "$email" "$subject" "$text" |
      timeout 100 msmtp -- "$email"
    said mail $?
  } &
fi

if [ -n "$ntfy" ]; then
  {
    # ntfy makes an attachment of a text of more than 4096 bytes.
    printf '%s' "${text:0:4000}" |
      post --config <(if [ -n "${NTFY_TOKEN_FILE:-}" ]; then
        head -n 1 -- "$NTFY_TOKEN_FILE" | jq -Rr '"header = \("Authorization: Bearer " + . | tojson)"'
      fi) --header "Title: $subject" --header 'Priority: high' --data-binary @- -- "$ntfy"
    said ntfy $?
  } &
fi

if [ -n "$webhook" ]; then
  {
    # Slack takes & < > for marks of its own, and <!channel> calls everybody. Discord takes 2000 characters.
    jq -n --arg subject "$subject" --arg text "$text" --arg form "$webhook" '
      if $form == "slack" then {text: ("*\($subject)*\n\($text)"[:3000] | gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;"))}
      else {content: "**\($subject)**\n\($text)"[:1900], allowed_mentions: {parse: []}} end' |
      post --config <(head -n 1 -- "${WEBHOOK_FILE:-/dev/null}" | jq -Rr '"url = \(tojson)"') --header 'Content-Type: application/json' \
        --data-binary @-
    said webhook $?
  } &
fi

wait
exit 0
