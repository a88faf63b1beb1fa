"""The Bluetooth room: bleak, and nothing else, talks to the radio here.

`room` keeps it all going; `scanner` hears advertisements; `visit` is one connection from beginning to end, over a
`link`; `pace` says when a device is visited again. What devices mean is said elsewhere: `gatt` and `devices`.
"""
