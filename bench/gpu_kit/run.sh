#!/usr/bin/env bash
# Proves Descent on this machine's GPU, without a network: bash run.sh [--quick] [--software] [--help] …
# It unpacks nothing and installs nothing; what it writes goes into the folder of --out.
set -eu
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DENO_DIR=$kit/deno_dir DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1 PYTHONDONTWRITEBYTECODE=1
export PATH=$kit/bin:$PATH
# Vulkan's loader warns where this is no folder.
[ -d "${XDG_RUNTIME_DIR:-}" ] || export XDG_RUNTIME_DIR=$kit
out=$PWD
cd "$kit/descent"
exec deno run --quiet --cached-only --no-check -A bench/gpu_kit/prove.ts --kit "$kit" --from "$out" "$@"
