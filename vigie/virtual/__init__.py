"""A virtual household's air: Bluetooth meters, sensors and scales, without hardware, root or D-Bus.

The devices run on bumble's software controllers and GATT stack; the hub's own Bluetooth room meets them through the
real bleak client, given `Radio.client_backend` and `Radio.scanner_backend`. For the demo and the tests; needs the
`demo` extra, and is imported only where it is used.
"""
