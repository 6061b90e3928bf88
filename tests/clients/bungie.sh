# Sourced by tests/clients/bungie-*/run, the clients of the bungie API. Starts the service binary
# $BECKON with its demo data on a free port, and sets URL and TOKEN (of the demo group's owner).
set -euo pipefail
: "${BECKON:?set BECKON to the path of the beckon binary}"
here="$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)"
work="$(mktemp -d)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/beckon-ci"
service=""
trap 'code=$?; [[ -z $service ]] || kill "$service" 2>/dev/null || true; [[ $code == 0 ]] || cat "$work/errors" >&2; rm -rf "$work"; exit $code' EXIT

touch "$work/output" "$work/errors"
"$BECKON" --port 0 >"$work/output" 2>"$work/errors" &
service=$!
for _ in $(seq 600); do
  URL="$(sed -n 's/^listening on //p' "$work/output")"
  [[ -z $URL ]] || break
  kill -0 "$service" || { echo "the service did not start" >&2; exit 1; }
  sleep 0.1
done
[[ -n $URL ]] || { echo "the service did not say where it listens" >&2; exit 1; }
TOKEN="$(python3 - "$URL/local/token" <<'END'
import json, sys, urllib.request
body = {"sub": "29842", "name": "Generic User", "scope": "AdminGroups"}
print(json.load(urllib.request.urlopen(sys.argv[1], json.dumps(body).encode()))["access_token"])
END
)"
export URL TOKEN

# python_client SCRIPT: runs the script with the packages of the client's own requirements.txt,
# because the clients pin conflicting versions.
python_client() {
  local venv="$cache/client-$(sha256sum "$here/requirements.txt" | cut -c1-12)"
  if [[ ! -e $venv/ready ]]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt"
    touch "$venv/ready"
  fi
  "$venv/bin/python" "$1"
}
