# `just` lists the recipes. Each is one command that also works without just.

_list:
    @just --list --unsorted

# Start the whole service on this machine: http://127.0.0.1:3000
run *options:
    cargo run -- {{options}}

# Run every test; `just test accept` runs the tests whose name contains "accept"
test *filter:
    cargo test --workspace {{filter}}

# Run the events under Lambda's emulator, or only those whose name contains a word (needs sam, faketime)
test-rie *words:
    tests/rie/run {{words}}

# Run the end-to-end tests on Amazon's DynamoDB Local (needs Java 17 and npm)
test-dynamodb-local *filter:
    tests/dynamodb-local/run {{filter}}

# Open the pages in Chromium; --pictures makes the pictures of the README (needs npm and Chromium)
test-pages *options:
    tests/browser/run {{options}}

# Send a mail through a third-party SES endpoint (needs npm)
test-ses:
    tests/ses/run

# Compare what each function accesses during the tests with its policy in template.yaml
test-policies *options:
    tests/recording/run {{options}}

# Check recorded answers against docs/openapi.json and docs/openapi/; --examples writes the examples
test-reference *options:
    tests/reference/run {{options}}

# Send requests that schemathesis makes from /openapi.json to the local service
test-requests:
    tests/schemathesis/run

# Check the format and run clippy
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Format the code
fmt:
    cargo fmt --all

# Check template.yaml (needs .ci/requirements.txt and .ci/requirements-checkov.txt from PyPI)
template:
    sam validate --lint --template template.yaml
    cfn-lint --config-file .ci/cfnlintrc.yaml template.yaml
    python3 .ci/expand
    checkov --config-file .checkov.yaml --file template.yaml
    cargo test -p tests --test all -- house::

# Run the build, the events and the main job through the SAM CLI (needs root, Docker, Java 17, npm)
sam *options:
    tests/sam/run {{options}}

# Run every check that must pass before a change is merged
ci:
    .ci/run
