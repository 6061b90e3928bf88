# Sourced by tests/clients/onezone-*/run, the clients of the onezone API. Starts the service, and sets
# URL, GROUP, OWNER and one token for each of several people.
source "$(dirname "${BASH_SOURCE[0]}")/service.sh"
GROUP=3773
OWNER="$(token '{"sub": "29842"}')"
ADA="$(token '{"sub": "ada", "email": "ada@example.com"}')"
BOB="$(token '{"sub": "bob"}')"
CY="$(token '{"sub": "cy"}')"
export GROUP OWNER ADA BOB CY
