# `just` lists the recipes. Each is one command that also works without just.

_list:
    @just --list --unsorted

# Start the whole service on this machine: http://127.0.0.1:3000
run *options:
    cargo run -- {{options}}

# Every test; `just test accept` runs those whose name has "accept"
test *filter:
    cargo test --workspace {{filter}}

# Every function's binary under Lambda's own emulator; with words, only the events whose name has one (needs sam and Debian's faketime)
test-rie *words:
    tests/rie/run {{words}}

# The end-to-end tests on Amazon's DynamoDB Local (needs Java 17 and npm)
test-dynamodb-local *filter:
    tests/dynamodb-local/run {{filter}}

# The mail path against an SES endpoint that isn't ours (needs npm)
test-ses:
    tests/ses/run

# What each function accesses while the tests run, against its policy in template.yaml
test-policies *options:
    tests/recording/run {{options}}

# What clippy and the formatter have to say
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Format the code
fmt:
    cargo fmt --all

# Check template.yaml (needs `pip install -r .ci/requirements.txt`, and checkov from .ci/requirements-checkov.txt)
template:
    sam validate --lint --template template.yaml
    cfn-lint --config-file .ci/cfnlintrc.yaml template.yaml
    python3 .ci/expand
    checkov --config-file .checkov.yaml --file template.yaml
    cargo test -p tests --test all -- house::

# Everything through the SAM CLI in containers: build, each event, the main job (needs root, Docker, Java 17, npm); `just sam --only native-`
sam *options:
    tests/sam/run {{options}}

# Everything that must hold before a change lands
ci:
    .ci/run
