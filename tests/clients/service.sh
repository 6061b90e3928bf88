# Sourced by tests/clients/*/run. Starts the service binary $BECKON with its demo data on a free
# port, and sets URL. Settings and options of the service may be given as arguments:
# `source service.sh A=B --webhook=URL`.
set -euo pipefail
: "${BECKON:?set BECKON to the path of the beckon binary}"
here="$(cd "$(dirname "${BASH_SOURCE[-1]}")" && pwd)"
work="$(mktemp -d)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/beckon-ci"
service=""
trap 'code=$?; [[ -z $service ]] || kill "$service" 2>/dev/null || true; [[ $code == 0 ]] || cat "$work/errors" >&2; rm -rf "$work"; exit $code' EXIT

touch "$work/output" "$work/errors"
settings=()
for setting in "$@"; do
  case "$setting" in
    --*) settings+=("$setting") ;;
    *) settings+=(--set "$setting") ;;
  esac
done
"$BECKON" --port 0 "${settings[@]}" >"$work/output" 2>"$work/errors" &
service=$!
for _ in $(seq 600); do
  URL="$(sed -n 's/^listening on //p' "$work/output")"
  [[ -z $URL ]] || break
  kill -0 "$service" || { echo "the service did not start" >&2; exit 1; }
  sleep 0.1
done
[[ -n $URL ]] || { echo "the service did not say where it listens" >&2; exit 1; }
export URL

# token CLAIMS: prints an access token of the local issuer.
token() {
  python3 - "$URL/local/token" "$1" <<'END'
import json, sys, urllib.request
print(json.load(urllib.request.urlopen(sys.argv[1], sys.argv[2].encode()))["access_token"])
END
}

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

# npm_client: changes to a folder with the client's files and the packages of its package-lock.json.
npm_client() {
  command -v npm >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq npm >/dev/null; }
  local modules="$cache/client-$(sha256sum "$here/package-lock.json" | cut -c1-12)"
  if [[ ! -e $modules/ready ]]; then
    rm -rf "$modules"
    mkdir -p "$modules"
    cp "$here/package.json" "$here/package-lock.json" "$modules/"
    npm ci --prefix "$modules" --silent --no-audit --no-fund --ignore-scripts
    touch "$modules/ready"
  fi
  local file
  for file in "$here"/*.m[jt]s "$here"/../*.mjs "$here/package.json"; do
    [[ ! -e $file ]] || cp "$file" "$work/"
  done
  ln -s "$modules/node_modules" "$work/node_modules"
  cd "$work"
}
