#!/bin/sh
# Makes the service's user, its folders and its ledger, if they are missing.
set -e
if ! getent passwd vitec-import >/dev/null; then
	if command -v systemd-sysusers >/dev/null; then
		systemd-sysusers vitec-import.conf
	else
		useradd --system --user-group --home-dir /var/lib/vitec-import --no-create-home --shell /usr/sbin/nologin vitec-import
	fi
fi
install -d -m 0700 -o vitec-import -g vitec-import /var/lib/vitec-import
# Whoever is in the group vitec-import may leave lists in the inbox.
install -d -m 0750 -o vitec-import -g vitec-import /var/spool/vitec-import
install -d -m 2770 -o vitec-import -g vitec-import /var/spool/vitec-import/inbox
# They find what has become of them here, with the reports.
install -d -m 2770 -o vitec-import -g vitec-import /var/spool/vitec-import/done /var/spool/vitec-import/failed
# The user's own configuration is the service's, so that commands that a person
# runs as this user find the same ledger.
install -d -m 0700 -o vitec-import -g vitec-import /var/lib/vitec-import/.config
[ -e /var/lib/vitec-import/.config/vitec-import ] || ln -s /etc/vitec-import /var/lib/vitec-import/.config/vitec-import
if [ ! -e /var/lib/vitec-import/ledger.db ]; then
	(cd /var/lib/vitec-import && HOME=/var/lib/vitec-import runuser -u vitec-import -- /usr/bin/vitec-import ledger init --ledger /var/lib/vitec-import/ledger.db)
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
