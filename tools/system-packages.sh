#!/bin/sh
# Installs what the project needs from Debian, if it is missing: sh tools/system-packages.sh [venv] [broker] [browser] …
#   venv     python3-venv, where Debian's Python comes without it
#   broker   mosquitto; without root it is unpacked into .cache/debian instead of installed
#   browser  Chromium with a font, and axe-core from npm, for the tests of the screens; its headless shell where Debian has that,
#            which opens a page in a third of the time
#   provider an identity provider from npm, for the tests of signing in
#   fieldbus other makes of Modbus programs, for the tests of that protocol: mbpoll, socat, and modbus-serial from npm
#   opcua    an OPC UA server of another make from npm, for the tests of that protocol
#   pdf      Pango, which lays out the text of reports
#   radio    dbus, on which the tests of Bluetooth have a bus of their own
set -u
PATH="$PATH:/usr/sbin:/sbin"
CACHE="$(dirname "$0")/../.cache"
AXE=axe-core@4.14.1
PROVIDER=oidc-provider@9.13.3
FIELDBUS=modbus-serial@8.0.25
OPCUA=node-opcua@2.182.2

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi
}

install() {
  command -v apt-get >/dev/null || return 1
  as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -qq -y --no-install-recommends "$@" >/dev/null
}

ask() {
  echo "Please install by hand, as root: apt-get install --no-install-recommends $*" >&2
  exit 1
}

unpack_broker() {
  command -v apt-get >/dev/null || return 1
  mkdir -p "$CACHE/debian/packages" && cd "$CACHE/debian/packages" || return 1
  # What an installation would bring, as apt works it out; only those packages are fetched.
  # shellcheck disable=SC2046
  apt-get download -qq $(apt-get -s --no-install-recommends install mosquitto | awk '/^Inst/ {print $2}') || return 1
  for package in ./*.deb; do dpkg -x "$package" .. || return 1; done
}

from_npm() {
  missing=
  for package in "$AXE" "$PROVIDER" "$FIELDBUS" "$OPCUA"; do
    [ -f "$CACHE/node/node_modules/${package%@*}/package.json" ] || missing=yes
  done
  [ "$missing" ] || return 0
  command -v npm >/dev/null || install npm || ask npm
  # All at once: npm removes what it was not asked for.
  npm install --silent --no-save --no-audit --no-fund --prefix "$CACHE/node" "$AXE" "$PROVIDER" "$FIELDBUS" "$OPCUA"
}

for what in "$@"; do
  case "$what" in
    venv) python3 -c 'import ensurepip, venv' 2>/dev/null || install python3-venv || ask python3-venv ;;
    broker)
      command -v mosquitto >/dev/null || [ -x "$CACHE/debian/usr/sbin/mosquitto" ] ||
        install mosquitto || (unpack_broker) || ask mosquitto ;;
    browser)
      command -v chromium-headless-shell >/dev/null || install chromium-headless-shell fonts-dejavu-core ||
        command -v chromium >/dev/null || install chromium fonts-dejavu-core || ask chromium fonts-dejavu-core
      from_npm || exit 1 ;;
    provider | opcua) from_npm || exit 1 ;;
    fieldbus)
      { command -v mbpoll && command -v socat; } >/dev/null || install mbpoll socat || ask mbpoll socat
      from_npm || exit 1 ;;
    pdf) ldconfig -p | grep -q libpangoft2-1.0.so.0 || install libpango-1.0-0 libpangoft2-1.0-0 || ask libpango-1.0-0 libpangoft2-1.0-0 ;;
    radio) command -v dbus-daemon >/dev/null || install dbus || ask dbus ;;
    *) echo "system-packages.sh: what is $what?" >&2; exit 2 ;;
  esac
done
