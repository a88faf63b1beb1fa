#!/bin/sh
# Starts Mosquitto in compose.yaml; the first time, makes the hub's account. The password of a later .env is not applied:
# mosquitto_ctrl changes it (docs/services.md).
set -eu

accounts=${VIGIE_MQTT_ACCOUNTS:-/mosquitto/data/dynamic-security.json}
if [ ! -s "$accounts" ]; then
    mosquitto_ctrl dynsec init "$accounts.new" vigie-hub "$VIGIE_MQTT_PASSWORD" >/dev/null
    # The account made so may rule the plugin but not publish; and hearing is allowed to all. Ours: the hub may publish
    # anything, and nobody may anything by default.
    sed -i \
        -e 's|"acls":[[:space:]]*\[|&{"acltype": "publishClientSend", "topic": "#", "priority": 0, "allow": true}, |' \
        -e '/"defaultACLAccess"/,$s|true|false|' \
        "$accounts.new"
    chown mosquitto:mosquitto "$accounts.new" 2>/dev/null || true
    mv "$accounts.new" "$accounts"
fi
exec "${MOSQUITTO:-mosquitto}" -c "${VIGIE_MQTT_CONFIGURATION:-/etc/vigie-start/mosquitto.conf}"
