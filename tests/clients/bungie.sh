# Sourced by tests/clients/bungie-*/run, the clients of the bungie API. Starts the service, and sets
# URL and TOKEN (of the demo group's owner).
source "$(dirname "${BASH_SOURCE[0]}")/service.sh"
TOKEN="$(token '{"sub": "29842", "name": "Generic User", "scope": "AdminGroups"}')"
export TOKEN
