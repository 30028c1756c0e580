"""The table of what can be wrong: how urgent, what it is called, and what the person who sees it should do.

An alarm needs a response; a condition for which nobody has to act at once is a notice, for the facility manager. The site file may
change the rows and add its own: whoever asks about a type asks `alarm_type`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from edge.conditions import (
    ALARM_SHELVED,
    AMBIENT_UNKNOWN,
    BATTERY_LOW,
    BOOKING_FLAGGED,
    BREAK_GLASS,
    CALENDAR_FAILING,
    CALENDAR_PROBLEMS,
    CALENDAR_STALE,
    CEREMONY_LATE,
    CEREMONY_UNREADY,
    CLOCK_JUMPED,
    CONNECTION_LOST,
    CONSOLE_LOST,
    CUSTOMER_WAITS,
    DEVICE_GARBAGE,
    DEVICE_LOST,
    DEVICE_NOT_FOLLOWING,
    DEVICE_OUT_OF_SERVICE,
    DOCK_TAMPER,
    DOOR_CONTRADICTS,
    DOOR_FORCED,
    DOOR_HELD_OPEN,
    DOOR_NOT_FOLLOWING,
    DOOR_OPEN_LONG,
    DOOR_OUT_OF_SERVICE,
    DOOR_OVERRIDDEN,
    DOUBLE_BOOKING,
    DURESS,
    EVACUATION,
    FIRE,
    FIRE_INPUT_LOST,
    HAND_OVER_WAITS,
    HELP_ASKED,
    HELP_UNANSWERED,
    JOURNAL_FAILING,
    LOCKDOWN,
    MASKING_FAULT,
    MASKING_UNHEARD,
    MASKING_WEAK,
    MESSAGE_UNDELIVERED,
    NO_USABLE_VALUE,
    OFFICIAL_AWAITED,
    OVER_TIME,
    PANIC,
    PANIC_SOURCE_LOST,
    PROOF_WAIVED,
    RETAINED_COMMAND,
    ROOM_FAULT,
    ROOM_NOT_RESTORED,
    ROOM_RELEASED,
    RULE_FAILED,
    SAFETY_OUT_OF_SERVICE,
    TAMPER,
    TERMINAL_ASTRAY,
    TERMINAL_DUE,
    TERMINAL_FLAT,
    TERMINAL_MISSING,
    TERMINAL_SHORT,
    TERMINAL_STOLEN,
    TERMINAL_STRANGE,
    TERMINAL_TAKEN,
    UNLOCK_REFUSED,
    WALK_TEST,
    WALK_TEST_DUE,
)
from edge.site import Site
from edge.site.alarm_settings import UNTOUCHABLE, AlarmSettings, Sound
from edge.site.fields import Names
from edge.text import Text, Words, say

REMINDER = timedelta(minutes=15)
LONGEST_SHELF = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class AlarmType:
    """level: 1 critical, 2 high, 3 medium, 4 device fault; None for a notice. response: what to do, in order.

    clears: when it ends. An alarm leaves the list when it has ended and somebody has acknowledged it, whichever comes last.
    reminder: how long after its acknowledgement it is told again while it goes on. shelve: for how long at most it may be shelved;
    None: never. escalation: the site's plan for it; None: none of its own. sound: None: by its level (`security.alarm_sounds`).
    """

    name: Text
    level: int | None
    response: tuple[Text, ...]
    clears: Text
    reminder: timedelta = REMINDER
    shelve: timedelta | None = LONGEST_SHELF
    escalation: str | None = None
    sound: Sound | None = None


ALARM_TYPES: dict[str, AlarmType] = {
    PANIC: AlarmType(
        say("Panic button"),
        1,
        (
            say("Look at the place from a distance. Do not go alone."),
            say("Call 112 if anybody is in danger."),
            say("Lead customers out through the lobby."),
        ),
        say("Never by itself: a person acknowledges and resolves it, with a reason."),
        shelve=None,
    ),
    DURESS: AlarmType(
        say("Sign-in under threat"),
        1,
        (
            say("Say nothing to this person by phone or radio: somebody may be listening. Their own screen does not show this."),
            say("Look at their desk on camera, and call 112."),
            say("Send nobody there alone."),
        ),
        say("A minute after the sign-in."),
        shelve=None,
        sound="silent",
    ),
    PANIC_SOURCE_LOST: AlarmType(
        say("Panic button does not answer"),
        2,
        (say("Tell the person at that place: the button may not work."), say("Call the maintenance of the security devices.")),
        say("When the button is heard again."),
    ),
    FIRE: AlarmType(
        say("Fire alarm"),
        1,
        (
            say("Follow the fire instructions of the building; call 112."),
            say("Lead everybody out. Escape doors are unlocked."),
            say("End it here only when the fire brigade allows it."),
        ),
        say("When a person ends it, once no fire input calls any more."),
        shelve=None,
    ),
    FIRE_INPUT_LOST: AlarmType(
        say("Fire alarm system does not answer"),
        2,
        (say("Watch the panel of the fire alarm system itself."), say("Call the maintenance of the fire alarm system.")),
        say("When the input is heard again."),
    ),
    BREAK_GLASS: AlarmType(
        say("Sealed code used"),
        2,
        (
            say("Find out who used the sealed code of the guard desk, and why."),
            say("Set a new code, and seal it."),
        ),
        say("A minute after the sign-in."),
    ),
    SAFETY_OUT_OF_SERVICE: AlarmType(
        say("Safety device out of service"),
        2,
        (
            say("Tell the people at that place: nobody learns of it if this device falls silent."),
            say("Take it back into service when it is mended."),
        ),
        say("When it is taken back into service, or its time is over."),
        shelve=None,
    ),
    DOOR_FORCED: AlarmType(
        say("Forced door"),
        2,
        (say("Look at the door on camera or from a distance."), say("Close it and check the lock.")),
        say("When the door has been closed for as long as it may be held open, or is to be unlocked."),
    ),
    DOOR_NOT_FOLLOWING: AlarmType(
        say("Door does not obey"),
        2,
        (say("Go to the door and lock or unlock it by hand."), say("Report the lock to maintenance.")),
        say("When the door reports what it should be, or is taken out of service."),
    ),
    CONSOLE_LOST: AlarmType(
        say("No console follows the alarms"),
        2,
        (
            say("Call the lobby, and ask whether the console is open and has its connection."),
            say("Send somebody to the lobby when nobody answers."),
        ),
        say("When a guard or a lobby host has the console open again."),
    ),
    MESSAGE_UNDELIVERED: AlarmType(
        say("Message not delivered"),
        2,
        (
            say("Call whoever was to get it: they do not know of the alarm."),
            say("Tell the facility manager, who checks the contact and the service that sends to it."),
        ),
        say("When a message to the same contact is delivered, or after a day."),
    ),
    JOURNAL_FAILING: AlarmType(
        say("Events cannot be saved"),
        2,
        (
            say("Write down alarms by hand until this ends."),
            say("Tell the facility manager: the disk of the controller is full or broken."),
        ),
        say("When events can be saved again."),
    ),
    DOOR_CONTRADICTS: AlarmType(
        say("Door contradicts itself"),
        2,
        (
            say("Go to the door: it says locked and open at once."),
            say("Close it, and report the lock or its sensor to maintenance."),
        ),
        say("When the door is closed, or is to be unlocked."),
    ),
    TERMINAL_STOLEN: AlarmType(
        say("Payment terminal stolen?"),
        2,
        (
            say("Look at the exits on camera; do not follow anybody alone."),
            say("Call its agency at once: the agency has the terminal blocked."),
            say("Ask whoever was at the dock last. If nobody has it, call the police."),
        ),
        say("When it is in a dock, or is heard away from the exits."),
    ),
    DOCK_TAMPER: AlarmType(
        say("Payment terminal dock opened"),
        2,
        (
            say("See who is at the dock."),
            say("Let nobody pay with its terminals until their seals and serial numbers have been checked."),
            say("Tell the facility manager and the agencies whose terminals they are; close the cover."),
        ),
        say("When the cover is closed."),
    ),
    DOOR_HELD_OPEN: AlarmType(
        say("Door held open"),
        3,
        (say("Close the door, and see what kept it open."),),
        say("When the door is closed, or is to be unlocked."),
    ),
    TAMPER: AlarmType(
        say("Cover opened"),
        3,
        (say("See who is at the device, and close its cover."),),
        say("When the cover is closed."),
    ),
    TERMINAL_MISSING: AlarmType(
        say("Payment terminal not in its dock"),
        3,
        (
            say("Look for the terminal near its desk, and put it into its dock."),
            say("Ask whoever was at the desk last."),
            say("If nobody has it, tell the facility manager: it may be stolen, and its agency has it blocked."),
        ),
        say("When a terminal is in the dock, or the building opens."),
    ),
    TERMINAL_ASTRAY: AlarmType(
        say("Payment terminal in a wrong place"),
        3,
        (
            say("Go and see who has it there, and bring it back to its dock."),
            say("If nobody is with it, look at its seals before it is used again."),
        ),
        say("When it is heard somewhere else, or is in a dock."),
    ),
    TERMINAL_TAKEN: AlarmType(
        say("Payment terminal taken without a booking"),
        3,
        (
            say("Ask at the desks and in the rooms near its dock who has it."),
            say("If they need it, lend it to them on the page of the terminals; if nobody has it, tell the facility manager."),
        ),
        say("When it is in a dock, is lent, or a booking gets it."),
    ),
    TERMINAL_STRANGE: AlarmType(
        say("Strange payment terminal in a dock"),
        3,
        (
            say("Let nobody pay with it: it may have been put there in place of another."),
            say("Compare its serial number with the list of its agency, and tell the facility manager."),
        ),
        say("When it is not in the dock any more."),
    ),
    MASKING_FAULT: AlarmType(
        say("Masking privacy fault"),
        3,
        (
            say("Tell the people there that others may overhear them; offer them a closed room."),
            say("See whether somebody has muted the masking by hand, and switch it on again."),
            say("If it stays muted, report it to maintenance."),
        ),
        say("When it is heard to sound again, or is to be mute."),
    ),
    MASKING_UNHEARD: AlarmType(
        say("Masking unit silent during a conversation"),
        3,
        (
            say("Tell the people there that others may overhear them; offer them a closed room."),
            say("Report the device to maintenance."),
        ),
        say("When the unit is heard again, or nobody talks where it covers the voices."),
    ),
    MASKING_WEAK: AlarmType(
        say("Masking weaker than it says"),
        4,
        (
            say("Listen under the unit: one of its loudspeakers may be silent, or something may cover the microphone."),
            say("Report the device to maintenance."),
        ),
        say("When the microphone hears the masking again."),
    ),
    AMBIENT_UNKNOWN: AlarmType(
        say("Microphone without a level"),
        4,
        (say("Report the device to maintenance. Masking goes on by its schedule and the bookings."),),
        say("When the microphone gives levels again."),
    ),
    CONNECTION_LOST: AlarmType(
        say("Connection to devices lost"),
        2,
        (
            say("Panic buttons do not reach you until this ends: stay in sight of the desks."),
            say("Doors fall back to their safe state within a minute; use keys."),
            say("Tell the facility manager: the message broker does not answer."),
        ),
        say("When the connection is there again."),
    ),
    RULE_FAILED: AlarmType(
        say("Fault in the controller"),
        2,
        (say("Watch the doors named here yourself."), say("Tell the facility manager at once.")),
        say("When the rule gives an answer again."),
    ),
    DEVICE_NOT_FOLLOWING: AlarmType(
        say("Device does not obey"),
        4,
        (say("Report the device to maintenance."),),
        say("When the device reports what it should be."),
    ),
    DEVICE_LOST: AlarmType(
        say("Device does not answer"),
        4,
        (say("Check its power and network; report it to maintenance."),),
        say("When the device is heard again."),
    ),
    DEVICE_GARBAGE: AlarmType(
        say("Device speaks nonsense"),
        4,
        (say("Report the device to maintenance; do not trust what it shows."),),
        say("Five minutes after the last thing that could not be read."),
    ),
    NO_USABLE_VALUE: AlarmType(
        say("Device without a usable value"),
        4,
        (say("Look at what the device watches; have it mended, and do not trust what it showed last."),),
        say("When it gives a usable value again."),
    ),
    BATTERY_LOW: AlarmType(
        say("Battery low"),
        4,
        (say("Have its battery changed this week."),),
        say("When the battery reports more than 20 %."),
    ),
    TERMINAL_FLAT: AlarmType(
        say("Payment terminal without charge"),
        4,
        (say("Clean the contacts of its bay and put it in again; give out another one meanwhile."),),
        say("When it is in a dock and charged above 20 %."),
    ),
    DEVICE_OUT_OF_SERVICE: AlarmType(
        say("Device out of service"),
        None,
        (say("Take it back into service when it is mended."),),
        say("When it is taken back into service, or its time is over."),
    ),
    ALARM_SHELVED: AlarmType(
        say("Alarm shelved"),
        None,
        (say("Have its cause removed; it returns by itself."),),
        say("When its time is over, or somebody takes it off the shelf."),
    ),
    WALK_TEST: AlarmType(
        say("Walk test"),
        None,
        (say("Confirm each press of the test within half a minute; treat every other press as real."),),
        say("When somebody ends it, or its time is over."),
    ),
    WALK_TEST_DUE: AlarmType(
        say("Panic button not tested"),
        None,
        (say("Walk to it and try it, in a walk test."),),
        say("When it was pressed and confirmed in a walk test."),
    ),
    DOOR_OPEN_LONG: AlarmType(
        say("Door open for long"),
        None,
        (say("Have it closed; soon it counts as held open."),),
        say("When the door is closed, is to be unlocked, or counts as held open."),
    ),
    DOOR_OUT_OF_SERVICE: AlarmType(
        say("Door out of service"),
        None,
        (say("Watch it yourself; take it back into service when it is mended."),),
        say("When it is taken back into service, or its time is over."),
    ),
    DOOR_OVERRIDDEN: AlarmType(
        say("Door overridden"),
        None,
        (say("End the override when it is not needed any more."),),
        say("When the override is ended, or its time is over."),
    ),
    LOCKDOWN: AlarmType(
        say("Lockdown"),
        None,
        (say("Let nobody in. Everybody can leave. Two steps end it: ask for the end, then confirm."),),
        say("When a person has asked for its end and confirmed it."),
    ),
    EVACUATION: AlarmType(
        say("Evacuation"),
        None,
        (say("Lead everybody out; end it when all are out."),),
        say("When a person ends it."),
    ),
    PROOF_WAIVED: AlarmType(
        say("Zoning not proved"),
        None,
        (say("Somebody started the site although the proof found weaknesses; have them mended."),),
        say("When the site starts with a proof that holds."),
    ),
    UNLOCK_REFUSED: AlarmType(
        say("Unlocking refused"),
        None,
        (say("Remove the cause; the door then opens by itself."),),
        say("When the door may be unlocked, or nobody wants that any more."),
    ),
    RETAINED_COMMAND: AlarmType(
        say("Stored command on the broker"),
        None,
        (say("Find out who left it there, and delete it from the broker."),),
        say("An hour after it was found last."),
    ),
    CALENDAR_FAILING: AlarmType(
        say("Calendar cannot be read"),
        None,
        (say("Check the address and the rights of the calendar; the last good bookings stay in force."),),
        say("When the calendar has been read."),
    ),
    CALENDAR_STALE: AlarmType(
        say("Calendar is out of date"),
        None,
        (say("Check the calendar server; new bookings are not seen."),),
        say("When the calendar has been read."),
    ),
    CALENDAR_PROBLEMS: AlarmType(
        say("Bookings that cannot be used"),
        None,
        (say("Correct these bookings in the calendar."),),
        say("When the calendar has been read without such bookings."),
    ),
    OFFICIAL_AWAITED: AlarmType(
        say("Official awaited"),
        None,
        (say("Ask the customers to wait, and call the official of the booking."),),
        say("When the official has come, or the booking is over."),
    ),
    TERMINAL_DUE: AlarmType(
        say("Payment terminal not brought back"),
        None,
        (say("Ask whoever had it to bring it back to its dock; the next booking may need it."),),
        say("When it is in a dock, or another booking gets it."),
    ),
    TERMINAL_SHORT: AlarmType(
        say("No payment terminal for a booking"),
        None,
        (
            say("Have terminals that nobody needs brought back to their docks."),
            say("Otherwise agree on an invoice with the official, or move the booking."),
        ),
        say("When the booking gets a terminal, or is over."),
    ),
    OVER_TIME: AlarmType(
        say("Over time"),
        None,
        (say("Ask the people to finish, or extend the booking while the room is free."),),
        say("When the room is empty, or the booking was extended."),
    ),
    CUSTOMER_WAITS: AlarmType(
        say("A customer waits for long"),
        None,
        (say("Call the official, or tell the customer how long it will take."),),
        say("When somebody answers them, or they are met."),
    ),
    HELP_ASKED: AlarmType(
        say("Help asked for"),
        None,
        (say("Say on the page of rooms that you are coming, and go there."),),
        say("When somebody says that they are coming."),
    ),
    HELP_UNANSWERED: AlarmType(
        say("Nobody answers a call for help"),
        3,
        (say("Go to the room, or send somebody. It is no panic alarm: somebody there needs a hand."),),
        say("When somebody says that they are coming."),
    ),
    ROOM_FAULT: AlarmType(
        say("Fault reported in a room"),
        None,
        (say("Have it mended, and say so on the page of rooms."),),
        say("When somebody says that it is mended."),
    ),
    CEREMONY_UNREADY: AlarmType(
        say("Ceremony not ready"),
        None,
        (say("Open the page of the ceremony: what fails stands first, with what to do instead."),),
        say("When all is ready, or the ceremony has begun."),
    ),
    CEREMONY_LATE: AlarmType(
        say("Ceremony waits"),
        None,
        (say("Tell the officiant and the couple after them. Say on the page of the ceremony when it begins."),),
        say("When it has begun."),
    ),
    ROOM_NOT_RESTORED: AlarmType(
        say("Room not put back"),
        None,
        (say("Put the room back as its list says, or ask those who have booked it next to wait."),),
        say("When the list is gone through, or the booking is over."),
    ),
    BOOKING_FLAGGED: AlarmType(
        say("Booking does not open the room"),
        None,
        (say("Find out whose booking it is, and allow it if it is in order."),),
        say("When somebody allows it, or the booking is over."),
    ),
    DOUBLE_BOOKING: AlarmType(
        say("Double booking"),
        None,
        (say("Find another room for one of the two."),),
        say("When the bookings no longer overlap, or are over."),
    ),
    ROOM_RELEASED: AlarmType(
        say("Room given free"),
        None,
        (say("Others can use the room; who comes late needs a new booking."),),
        say("When the booking is over."),
    ),
    HAND_OVER_WAITS: AlarmType(
        say("Nobody has received the shift"),
        None,
        (say("Find out who is at the desk, and have them receive the shift."),),
        say("When somebody receives the shift."),
    ),
    CLOCK_JUMPED: AlarmType(
        say("Clock changed"),
        None,
        (say("Check the time of the controller and its time server."),),
        say("An hour after the change."),
    ),
}
"""In order of urgency within a level: the first stands above the next on the screen."""


_GONE = AlarmType(
    say("Alarm that the site file no longer knows"),
    4,
    (say("Ask the facility manager what it was about."),),
    say("When somebody has acknowledged it."),
)


def alarm_type(site: Site, kind: str) -> AlarmType:
    """A type as this site has it. One that was raised before the site file lost it is still one, of the lowest level."""
    known, settings = ALARM_TYPES.get(kind, _GONE), site.alarms.get(kind)
    return known if settings is None else replace(known, **_changes(kind, settings))


def _changes(kind: str, settings: AlarmSettings) -> Mapping[str, Any]:
    changes: dict[str, Any] = {
        "name": _said(settings.name),
        "response": None if settings.response is None else tuple(map(_said, settings.response)),
        "clears": _said(settings.clears),
        "reminder": settings.reminder,
        "escalation": settings.escalation,
        "sound": settings.sound,
    }
    if kind not in UNTOUCHABLE:
        changes |= {"level": settings.level, "shelve": settings.shelve}
    given = {name: value for name, value in changes.items() if value is not None}
    return given | {"shelve": None} if given.get("shelve") == "never" else given


def _said(names: Names | None) -> Text | None:
    if names is None:
        return None
    words = [names.in_language(language) or "" for language in ("fi", "sv", "en")]
    return Text("{words}", {"words": Words(*words)})
