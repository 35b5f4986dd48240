#!/usr/bin/env bash
# Guess: prism mock --ignoreExamples "treats the spec as though it has no examples": it builds the answer from
#   types and enums. So a copy of a document whose enum is narrowed to one value answers with that value.
# Truth: Prism then ignores only the examples beside a schema. It still answers with the example of the schema
#   itself, as it stands, although the value is not in the enum. The status is 200, and only Prism's log tells
#   of the violation. An example of a single property that is not in its enum is passed over. Answers to
#   "Prefer: dynamic=true" use no example.
# Version: @stoplight/prism-cli 5.16.0.
# Source: measured here; the help of prism mock has the quoted words.
# For users: To test a client with a narrowed document, remove each example of the whole answer: the one beside
#   the schema and the one in it. Or request dynamic answers, or run Prism with --errors and check for a 500.
set -euo pipefail

folder=$(mktemp -d)
prism=
trap '[[ -z $prism ]] || kill "$prism"; rm -rf "$folder"' EXIT
cd "$folder"

echo '{}' >package.json
npm install --no-audit --no-fund --ignore-scripts --silent @stoplight/prism-cli@5.16.0

# Writes a document: its enum allows PENDING only. $1: examples beside the schema, $2: in it, $3: of the property.
document() {
	cat <<JSON
{"openapi": "3.0.1", "info": {"title": "operation", "version": "1"}, "paths": {"/operation": {"get": {"responses":
	{"200": {"description": "the operation", "content": {"application/json": {
		$1 "schema": {"type": "object", $2 "required": ["status"], "additionalProperties": false, "properties":
			{"status": {"type": "string", $3 "enum": ["PENDING"]}}}}}}}}}}}
JSON
}

# Prints the status of the answer. $1: what to print before it, $2: the header Prefer, others: options of Prism.
ask() {
	local name=$1 prefer=$2 url=
	shift 2
	node node_modules/@stoplight/prism-cli/dist/index.js mock --port 0 "$@" document.json >log 2>&1 &
	prism=$!
	for ((i = 0; i < 300; i++)); do
		url=$(sed -n 's|.*listening on \(http://[0-9.:]*\).*|\1|p' log)
		[[ -z $url ]] || break
		sleep 0.1
	done
	echo "$name: $(curl -s -H "Prefer: $prefer" -w ' %{http_code}' "$url/operation" |
		sed 's/.*"status":"\{0,1\}\([A-Z]*\)[^}]*}.* \([0-9]*\)$/\1 \2/')"
	kill "$prism"
	wait "$prism" || true
	prism=
}

{
	document '"example": {"status": "RUNNING"},' '"example": {"status": "FAILED"},' '' >document.json
	ask 'both examples' dynamic=false
	ask 'both, --ignoreExamples' dynamic=false --ignoreExamples
	ask 'both, dynamic' dynamic=true
	document '' '' '"example": "FAILED",' >document.json
	ask 'the example of the property' dynamic=false
	document '' '' '' >document.json
	ask 'no example' dynamic=false
} | tee seen

diff seen - <<'END'
both examples: RUNNING 200
both, --ignoreExamples: FAILED 200
both, dynamic: PENDING 200
the example of the property: PENDING 200
no example: PENDING 200
END
