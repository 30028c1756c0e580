"""The other processes of a measurement, each `python -m bench.parts NAME …`. Instants are of the machine's monotonic clock."""

import json
import random
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.program import TOKEN
from drivers.mosquitto import HOST
from drivers.mqtt.client import no_delay

LAST = 99_999
"""The value that ends a flood."""


def _client(port: int) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_socket_open = no_delay
    client.connect(HOST, port)
    client.loop_start()
    return client


def press(port: int, site: str, buttons: str, count: int, rate: float) -> None:
    """Presses buttons at random moments; the id of each press is the instant at which it was sent, in nanoseconds."""
    client, chance = _client(port), random.Random(1)
    for number in range(count):
        time.sleep(chance.expovariate(rate))
        topic = f"talonmies/{site}/{buttons.split(',')[number % len(buttons.split(','))]}/pressed"
        client.publish(topic, json.dumps({"value": True, "id": str(time.perf_counter_ns())}), 1)
    client.disconnect()
    client.loop_stop()


def _lines(port: int) -> Iterator[tuple[int, bytes]]:
    """The stream as a screen gets it: each line, and when it came. Says "following" when it is open."""
    with socket.create_connection((HOST, port)) as line:
        line.sendall(f"GET /api/v1/events HTTP/1.0\r\nHost: {HOST}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
        rest = line.recv(65536)
        print("following", flush=True)
        while block := line.recv(65536):
            now = time.perf_counter_ns()
            *whole, rest = (rest + block).split(b"\n")
            for text in whole:
                yield now, text


def follow(port: int, count: int) -> None:
    """Prints the milliseconds from press to screen, one line a press."""
    for now, text in _lines(port):
        if text.startswith(b"data:") and b'"alarm-raised"' in text and b'"press":"' in text:
            print((now - int(json.loads(text[5:])["press"])) / 1e6, flush=True)
            count -= 1
            if not count:
                return


def see_last(port: int) -> None:
    """Prints when the last value of a flood came to the screen."""
    for now, text in _lines(port):
        if f'"value":{LAST}'.encode() in text:
            print(now)
            return


def flood(port: int, site: str, sensors: str, rate: float, seconds: float) -> None:
    """Telemetry, each message another value than the one before of its topic. Prints the rate, and when it sent the last."""
    client, topics = _client(port), [f"talonmies/{site}/{sensor}/count" for sensor in sensors.split(",")]
    began = time.perf_counter()
    sent = 0
    while (passed := time.perf_counter() - began) < seconds:
        while sent < passed * rate:
            client.publish(topics[sent % len(topics)], str(sent // len(topics) % LAST), 0)
            sent += 1
        time.sleep(0.001)
    reached = sent / (time.perf_counter() - began)
    last = time.perf_counter_ns()
    client.publish(topics[0], str(LAST), 1).wait_for_publish(60)
    print(reached, last, flush=True)
    client.disconnect()
    client.loop_stop()


def floor(port: int, site: str, database: str, count: int) -> None:
    """The least that could do the job: one MQTT client, one durable commit, one line of output."""
    connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE presses (id TEXT PRIMARY KEY, body TEXT)"
    )
    ended, left = threading.Event(), count

    def on_message(_client: object, _data: object, message: object) -> None:
        nonlocal left
        body = message.payload.decode()  # type: ignore[attr-defined]
        press_id = json.loads(body)["id"]
        connection.execute("INSERT INTO presses VALUES (?, ?)", (press_id, body))
        print((time.perf_counter_ns() - int(press_id)) / 1e6, flush=True)
        left -= 1
        if not left:
            ended.set()

    client = _client(port)
    client.on_message = on_message
    client.on_subscribe = lambda *_: print("following", flush=True)
    client.subscribe(f"talonmies/{site}/+/pressed", 1)
    ended.wait(count)


def calendar_server(port: int, folder: str) -> None:
    """Sends feed.ics of the folder, if it is there, and notes in `served` when its last octet went out. Knows no conditions."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = Path(folder, "feed.ics")
            body = file.read_bytes() if file.exists() else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            Path(folder, "served").write_text(str(time.monotonic()))

        def log_message(self, *_: object) -> None:
            pass

    ThreadingHTTPServer((HOST, port), Handler).serve_forever()


def main() -> None:
    name, *words = sys.argv[1:]
    match name:
        case "press":
            press(int(words[0]), words[1], words[2], int(words[3]), float(words[4]))
        case "follow":
            follow(int(words[0]), int(words[1]))
        case "see-last":
            see_last(int(words[0]))
        case "flood":
            flood(int(words[0]), words[1], words[2], float(words[3]), float(words[4]))
        case "calendar-server":
            calendar_server(int(words[0]), words[1])
        case "floor":
            floor(int(words[0]), words[1], str(Path(words[2])), int(words[3]))


if __name__ == "__main__":
    main()
