#!/bin/sh
# Installs what the tests need from Debian: the mosquitto broker, and Chromium for the browser tests.
# Does nothing where both are there; says what to do where it may not install.
set -u
missing=""
PATH="$PATH:/usr/sbin:/sbin"
command -v mosquitto >/dev/null || missing="$missing mosquitto"
command -v chromium >/dev/null || missing="$missing chromium fonts-dejavu-core"
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "Please install:$missing (this is not Debian, so make cannot)." >&2
  exit 1
fi
root=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root="sudo"; else
    echo "Please run once as root: apt-get install --no-install-recommends$missing" >&2
    exit 1
  fi
fi
$root apt-get update -qq &&
  $root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -qq -y --no-install-recommends $missing
