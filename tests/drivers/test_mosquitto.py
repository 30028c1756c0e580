from pathlib import Path

import pytest

from drivers.mosquitto import Broker
from edge.errors import StartRefused
from tests.broker import Plain


def test_a_broker_keeps_its_port_and_its_messages_over_a_restart(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        port = broker.port
        with Plain(port) as client:
            client.publish("a/b", "kept", retain=True)
        broker.stop()
        broker.start()
        with Plain(broker.port) as client:
            client.subscribe("a/b")
            assert client.wait_for("a/b")[0].payload == b"kept"
    assert broker.port == port


def test_a_broker_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="nonsense"), Broker(tmp_path, additions="nonsense true"):
        pass


def test_a_taken_port(tmp_path: Path) -> None:
    with Broker(tmp_path / "1") as first, pytest.raises(StartRefused, match=f"port {first.port}"):
        Broker(tmp_path / "2", port=first.port).start()


def test_without_mosquitto_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.mosquitto._SYSTEM_FOLDER", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartRefused, match="make system-packages"):
        Broker(tmp_path)
