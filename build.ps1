# The words of build.sh for Windows: .\build.ps1 [run|build|test|bench|publish|format|clean]
# Written to the same plan as build.sh and not yet run on Windows. It installs nothing; it says what is missing.
param([string]$Word = "build", [Parameter(ValueFromRemainingArguments = $true)][string[]]$Rest)
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = "1"
$env:DOTNET_NOLOGO = "1"
$Preset = if ($env:OTEDAMA_PRESET) { $env:OTEDAMA_PRESET } else { "release" }
$Rid = if ($env:PROCESSOR_ARCHITECTURE -eq "ARM64") { "win-arm64" } else { "win-x64" }

function Need([string]$Command, [string]$Hint) {
  if (-not (Get-Command $Command -ErrorAction SilentlyContinue)) { throw "build.ps1: $Command is missing. $Hint" }
}

function Invoke([string]$Command, [string[]]$Arguments) {
  & $Command @Arguments
  if ($LASTEXITCODE -ne 0) { throw "build.ps1: $Command $($Arguments -join ' ') ended with $LASTEXITCODE" }
}

function Build {
  Need "dotnet" "Install the .NET 10 SDK (global.json names the version)."
  Need "cmake" "Install CMake."
  Need "ninja" "Install Ninja."
  Invoke "cmake" @("--preset", $Preset)
  Invoke "cmake" @("--build", "--preset", $Preset)
  Invoke "dotnet" @("build", "Otedama.sln", "-c", "Release", "-v", "quiet", "--nologo")
}

function Publish {
  Build
  Invoke "dotnet" @("publish", "managed/Otedama/Otedama.csproj", "-c", "Release", "-r", $Rid, "-o", "out", "--nologo")
}

switch ($Word) {
  "build" { Build }
  "publish" { Publish }
  "run" { Publish; & out/otedama.exe @Rest; exit $LASTEXITCODE }
  "bench" { Publish; & out/otedama.exe mining benchmark @Rest; exit $LASTEXITCODE }
  "test" {
    Build
    Invoke "dotnet" @("tests/Otedama.Tests/bin/Release/net10.0/Otedama.Tests.dll", "-noLogo")
    Publish
    & out/otedama.exe selftest
    exit $LASTEXITCODE
  }
  "format" { Invoke "dotnet" @("format", "Otedama.sln", "--no-restore") }
  "clean" { Remove-Item -Recurse -Force build, out -ErrorAction SilentlyContinue }
  default { throw "build.ps1: unknown word `"$Word`"; allowed: run build test bench publish format clean" }
}
