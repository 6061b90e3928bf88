# Sourced by other scripts. `modules FOLDER` installs the packages of the folder's package-lock.json
# into the user's cache and prints the path of their node_modules.
modules() {
  local folder="$1" cache="${XDG_CACHE_HOME:-$HOME/.cache}/beckon-ci" place
  command -v npm >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq npm >/dev/null; } >&2
  place="$cache/npm-$(sha256sum "$folder/package-lock.json" | cut -c1-12)"
  if [[ ! -e $place/ready ]]; then
    rm -rf "$place"
    mkdir -p "$place"
    cp "$folder/package.json" "$folder/package-lock.json" "$place/"
    npm ci --prefix "$place" --ignore-scripts --silent --no-audit --no-fund >&2
    touch "$place/ready"
  fi
  echo "$place/node_modules"
}

# `free_port` prints an unused loopback port.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# `await_port PORT PID` waits until something listens on the port. It fails after a minute, or when
# the process ends.
await_port() {
  for _ in {1..600}; do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  echo "nothing listens on port $1" >&2
  return 1
}
