#!/usr/bin/env bash
# What `npm run test:parts` needs beside Node, from Debian (or a relative of it): OpenLDAP's server, Samba as an Active Directory domain controller, and
# openssl for certificates. Installs what is missing, as root; starts nothing. The tests start servers of their own on loopback and end them.
set -euo pipefail
packages=(slapd samba samba-ad-dc samba-ad-provision openssl)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "parts: everything is there (${packages[*]})"
  exit 0
fi
echo "parts: missing ${missing[*]}"
if [ "$(id -u)" -ne 0 ]; then
  echo "parts: run as root, or install them by hand: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
# RUNLEVEL=1 keeps Debian's scripts from starting the servers.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
apt-get update -q
apt-get install -y -q --no-install-recommends "${missing[@]}"
