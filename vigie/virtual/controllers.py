"""Bumble's virtual controller and link, with what real ones do and these do not (seen in bumble 0.0.236)."""

import asyncio
from typing import Any, cast

from bumble import controller, core, hci, host, link

_Report = hci.HCI_LE_Extended_Advertising_Report_Event
_CONNECTABLE, _SCANNABLE = 0x01, 0x02


class RadioLink(link.LocalLink):
    """The air between controllers."""

    def __init__(self) -> None:
        """Nobody in it yet."""
        super().__init__()  # type: ignore[no-untyped-call]

    def advertiser(self, address: hci.Address) -> controller.AdvertisingSet | None:
        """Who is advertising under that address."""
        sets = (each for c in self.controllers for each in c.advertising_sets.values())
        return next((each for each in sets if each.enabled and each.address == address), None)

    def send_acl_data(
        self,
        sender_controller: controller.Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,
        data: bytes,
    ) -> None:
        """Carry data from the address the connection was made with; bumble always takes the random one."""
        receiver = self.find_le_controller(destination_address)
        sent = sender_controller.le_connections.get(destination_address)
        if receiver is not None and sent is not None:
            asyncio.get_running_loop().call_soon(receiver.on_link_acl_data, sent.self_address, transport, data)


class RadioController(controller.Controller):
    """One device's radio; `rssi` is how strongly others hear it, in dBm."""

    rssi: int = -60

    @property
    def air(self) -> RadioLink:
        """The link, as what it is here."""
        return cast(RadioLink, self.link)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """As bumble, with advertising reports told as a real controller would."""
        if not isinstance(packet, _Report):
            super().send_hci_packet(packet)
            return
        reports = [report for report in packet.reports if self._true(report)]
        if reports:
            super().send_hci_packet(_Report(reports))

    def create_le_connection(self, peer_address: hci.Address) -> None:
        """As bumble, but a beacon that takes no connections gets none."""
        found = self.air.advertiser(peer_address)
        if found and found.parameters and int(found.parameters.advertising_event_properties) & _CONNECTABLE:
            super().create_le_connection(peer_address)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """End a connection request that nobody answered; in bumble it stays pending for ever."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        ended = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, ended)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def _true(self, report: hci.HCI_LE_Extended_Advertising_Report_Event.Report) -> bool:
        """Correct the report; False if a real controller would not make it.

        Bumble repeats the advertisement as its scan response, calls all connectable and hears all at -50 dBm.
        """
        found = self.air.advertiser(report.address)
        if found is None or found.parameters is None:
            return False
        properties = int(found.parameters.advertising_event_properties)
        report.rssi = cast(RadioController, found.controller).rssi
        if not properties & _CONNECTABLE:
            report.event_type &= ~_Report.EventType.CONNECTABLE_ADVERTISING
        if not report.event_type & _Report.EventType.SCAN_RESPONSE:
            return True
        report.data = bytes(found.scan_response_data)
        return bool(report.data) and bool(properties & _SCANNABLE) and bool(self.le_scan_type)

    def on_hci_le_set_extended_scan_parameters_command(
        self, command: hci.HCI_LE_Set_Extended_Scan_Parameters_Command
    ) -> hci.HCI_StatusReturnParameters:
        """As bumble, which forgets whether the scan is active."""
        self.le_scan_type = command.scan_types[0]
        return super().on_hci_le_set_extended_scan_parameters_command(command)


class RadioHost(host.Host):
    """One device's side of its radio."""

    async def _send_command(
        self, command: hci.HCI_SyncCommand[Any] | hci.HCI_AsyncCommand, response_timeout: float | None = None
    ) -> hci.HCI_Command_Complete_Event[Any] | hci.HCI_Command_Status_Event:
        """As bumble, in a task of its own: whoever is cancelled meanwhile ends, and the command comes to its end too.

        Bumble waits with `asyncio.wait_for`, which in Python 3.11 loses a cancellation that comes with the answer.
        """
        sending = asyncio.ensure_future(super()._send_command(command, response_timeout))
        return await asyncio.shield(sending)
