"""The examples of docs/site-file.md are loaded, so that they stay right."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edge.points import DEVICE_TYPES
from edge.site import load_site
from edge.site.booking import Agency, Calendar, RoomMatch, RoomPolicy
from edge.site.checklists import Check, Checklist, ChecklistItem, Preparation
from edge.site.connections import (
    BleConnection,
    ModbusRtuConnection,
    ModbusRtuTcpConnection,
    ModbusTcpConnection,
    MqttConnection,
    OpcuaConnection,
)
from edge.site.device import Address, Device
from edge.site.document import plain
from edge.site.escalations import Contact, MailServer, MqttPlace, SmsGateway, Step
from edge.site.hours import Season, Timetable
from edge.site.model import Door, Scene, Security, SiteSection, Space
from edge.site.panic_settings import PanicResponse
from edge.site.reading import build_tree
from edge.site.sign_in import Grant, SignIn
from edge.site.terminals import Terminal

PAGE = Path("docs/site-file.md").read_text(encoding="utf-8")
WHOLE, *PARTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def data(text: str) -> Any:
    root = build_tree(text).root
    assert root is not None
    return plain(root)


def test_the_small_site_is_without_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(WHOLE, encoding="utf-8")
    assert [str(finding) for finding in load_site(file).findings] == []


@pytest.mark.parametrize("part", PARTS)
def test_each_part_fits_into_the_small_site(part: str, tmp_path: Path) -> None:
    site = data(WHOLE)
    for section, entries in data(part).items():
        site[section] = site.get(section, {}) | entries
    file = tmp_path / "site.yaml"
    file.write_text(json.dumps(site), encoding="utf-8")
    secret = tmp_path / "secrets" / "caldav"
    secret.parent.mkdir()
    secret.touch()
    assert [
        str(finding)
        for finding in load_site(
            file, dict.fromkeys(("ENTRA_SECRET", "CAMERA_SECRET", "SMS_SECRET", "TALONMIES_OIDC"), "set")
        ).findings
    ] == []


@pytest.mark.parametrize(
    "section",
    [
        SiteSection,
        Timetable,
        Season,
        Agency,
        Space,
        Door,
        Device,
        Terminal,
        Calendar,
        RoomMatch,
        RoomPolicy,
        Scene,
        Preparation,
        Checklist,
        ChecklistItem,
        Check,
        Security,
        PanicResponse,
        Contact,
        MqttPlace,
        Step,
        SmsGateway,
        MailServer,
        SignIn,
        Grant,
        MqttConnection,
        ModbusTcpConnection,
        ModbusRtuTcpConnection,
        ModbusRtuConnection,
        BleConnection,
        OpcuaConnection,
        Address,
    ],
)
def test_every_key_is_on_the_page(section: Any) -> None:
    keys = {field.alias or name for name, field in section.model_fields.items() if name != "week"}
    assert [key for key in keys if f"`{key}`" not in PAGE] == []


def test_every_device_type_and_point_is_on_the_page() -> None:
    rows = dict(re.findall(r"^\| ([a-z-]+) \| (.*) \|$", PAGE, re.MULTILINE))
    of_all = set(re.findall(r"`([a-z-]+)`", rows["all"]))
    for device_type, points in DEVICE_TYPES.items():
        assert set(re.findall(r"`([a-z-]+)`", rows[device_type])) | of_all == set(points)
