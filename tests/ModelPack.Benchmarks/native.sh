#!/usr/bin/env bash
# The tool as its package installs it on this machine, a native program, against the ready-to-run program that other machines get:
# packs both, installs both, and measures both in one run, beside cp. Options go to the benchmark: --size 1GB --rounds 9.
set -euo pipefail
cd "$(dirname "$0")/../.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
rid=$(dotnet --info | sed -n 's/^ *RID: *//p')
for native in true false; do
  folder="$place/$native"
  mkdir -p "$folder"
  dotnet pack src/ModelPack.Tool -c Release -o "$folder/feed" -p:ToolPackageRuntimeIdentifiers="$rid" -p:NativeTool=$native --artifacts-path "$folder/artifacts"
  printf '<configuration><config><add key="globalPackagesFolder" value="%s" /></config><packageSources><clear /><add key="local" value="%s" /></packageSources></configuration>' \
    "$folder/packages" "$folder/feed" > "$folder/nuget.config"
  (cd "$folder" && dotnet tool install ModelPack.Tool --tool-path tools)
done
dotnet run -c Release --project tests/ModelPack.Benchmarks -- --tool "$place/true/tools/dotnet-modelpack" --other "$place/false/tools/dotnet-modelpack" "$@"
