"""Generates the client into the folder `client`, and compiles every file of it."""

import compileall
import os
import subprocess
import sys
import tempfile
import urllib.request

# The generator knows neither CSV nor SVG, so it sends and returns them as they are.
CONFIG = """
package_name_override: beckon_client
post_hooks: []
content_type_overrides:
  text/csv: application/octet-stream
  image/svg+xml: application/octet-stream
"""

folder = os.environ["CLIENT"]
with tempfile.TemporaryDirectory() as temporary:
    description = os.path.join(temporary, "openapi.json")
    urllib.request.urlretrieve(f"{os.environ['URL']}/openapi.json", description)
    config = os.path.join(temporary, "config.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG)
    command = [sys.executable, "-m", "openapi_python_client", "generate"]
    command += ["--path", description, "--config", config, "--meta", "none", "--output-path", f"{folder}/beckon_client"]
    done = subprocess.run(command + ["--fail-on-warning"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
if not compileall.compile_dir(folder, quiet=1):
    sys.exit("the generated client does not compile")
