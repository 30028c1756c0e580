"""One server of each make for all tests of a module: starting one takes seconds."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from drivers.opcua.certificate import make
from edge.clock import SystemClock
from tests.drivers.opcua.bms import PASSWORD, USER, NodeServer, Twin, require_node_opcua


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin() as running:
        yield running


@pytest.fixture(scope="module")
def our_files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Our certificate and its key, as a site file names them."""
    certificate, key = make(tmp_path_factory.mktemp("certificate"), SystemClock(), host="edge-1")
    return {"certificate": str(certificate), "key": str(key)}


@pytest.fixture(scope="module")
def node_server(tmp_path_factory: pytest.TempPathFactory, our_files: Mapping[str, str]) -> Iterator[NodeServer]:
    require_node_opcua()
    folder = tmp_path_factory.mktemp("node-opcua")
    with NodeServer(folder, Path(our_files["certificate"]), user=USER, password=PASSWORD) as running:
        yield running
