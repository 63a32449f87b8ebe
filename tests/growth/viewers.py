"""Viewers who report what they play until it is acknowledged, and look at films, and what they find afterwards."""

import datetime
import http.client
import json
import threading
import time
from dataclasses import dataclass

from processes import PASSWORD

FILMS = ["heat-1995", "alien-1979", "toy-story-1995", "fargo-1996"]
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
# How long an answer is waited for, and how long a viewer goes on to try.
PATIENCE = 20
CALM = 120

LOG_IN = "mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { code } } }"
REPORT = "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { userErrors { code message } } }"
FILM = "query ($slug: String) { film(slug: $slug) { id watchState { plays } } }"
HISTORY = """query ($after: String) { viewer { profile { history(first: 100, after: $after) {
    nodes { startedAt secondsWatched item { id } } pageInfo { hasNextPage endCursor } } } } }"""


@dataclass
class Request:
    """One that was sent: when, for how long, what it was, and what was wrong with the answer."""

    begun: float
    ended: float
    is_report: bool
    error: str | None


class Failed(Exception):
    """There is no answer, or it is an error."""


class Viewer(threading.Thread):
    """Somebody who watches, and what they were told is recorded."""

    def __init__(self, number, addresses):
        super().__init__(daemon=True)
        self.number = number
        self.addresses = addresses
        self.cookie = ""
        self.requests = []
        # The seconds of each play, by when it began and the film.
        self.plays = {}
        self.wrong = None
        self.end = threading.Event()
        credentials = {"email": f"viewer{number}@example.org", "password": PASSWORD, "transport": "COOKIE"}
        _, headers = self.post(LOG_IN, {"input": credentials}, 0)
        self.cookie = headers["set-cookie"].split(";")[0]
        self.films = [self.ask(FILM, {"slug": slug})["film"]["id"] for slug in FILMS]

    def run(self):
        try:
            play = 0
            while not self.end.is_set():
                self.play(play)
                play += 1
        except Exception as error:  # noqa: BLE001: whatever it is, the trial has failed
            self.wrong = repr(error)

    def play(self, number):
        """A play that jumps ahead, so that each report says something that no other does."""
        began = BEGIN + datetime.timedelta(hours=2 * number)
        film = self.films[number % len(self.films)]
        play = f"{self.number:08x}-0000-4000-8000-{number:012x}"
        for event, position, second in [("START", 0, 0), ("SEEK", 200, 100), ("PROGRESS", 210, 110), ("STOP", 210, 110)]:
            at = (began + datetime.timedelta(seconds=second)).isoformat()
            report = {"item": film, "play": play, "event": event, "position": position, "at": at}
            data = self.ask(REPORT, {"input": report}, is_report=True)
            if data["reportPlayback"]["userErrors"]:
                raise Failed(json.dumps(data))
        self.plays[began.strftime("%Y-%m-%dT%H:%M:%S.000Z"), film] = 10
        self.ask(FILM, {"slug": FILMS[number % len(FILMS)]})

    def ask(self, query, variables, is_report=False):
        """Asks until there is an answer, each time another server."""
        until = time.monotonic() + CALM
        attempt = self.number + len(self.requests)
        while True:
            begun, error = time.monotonic(), None
            try:
                data, _ = self.post(query, variables, attempt)
                return data
            except (Failed, OSError, http.client.HTTPException) as failed:
                error = str(failed) or repr(failed)
            finally:
                self.requests.append(Request(begun, time.monotonic(), is_report, error))
            if time.monotonic() > until:
                raise Failed(f"no answer for {CALM} s: {error}")
            attempt += 1
            time.sleep(0.05)

    def post(self, query, variables, attempt):
        connection = http.client.HTTPConnection(self.addresses[attempt % len(self.addresses)], timeout=PATIENCE)
        try:
            body = json.dumps({"query": query, "variables": variables})
            headers = {"content-type": "application/json", "cookie": self.cookie}
            connection.request("POST", "/graphql", body, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise Failed(f"status {answer.status}: {text[:200]!r}")
        parsed = json.loads(text)
        if "errors" in parsed:
            raise Failed(json.dumps(parsed["errors"])[:300])
        return parsed["data"], answer.headers

    def compare(self):
        """What the site says otherwise than was acknowledged."""
        found, after = {}, None
        while True:
            history = self.ask(HISTORY, {"after": after})["viewer"]["profile"]["history"]
            for play in history["nodes"]:
                found.setdefault((play["startedAt"], play["item"]["id"]), []).append(play["secondsWatched"])
            if not history["pageInfo"]["hasNextPage"]:
                break
            after = history["pageInfo"]["endCursor"]
        wrong = [
            f"viewer {self.number}: {key} has {found.get(key)}, not once {seconds} s"
            for key, seconds in self.plays.items()
            if found.get(key) != [seconds]
        ]
        # The last may have begun when the trial was over.
        return wrong + [f"viewer {self.number}: invented {key}" for key in found.keys() - self.plays.keys()]


class Crowd:
    """Viewers who watch while something happens."""

    def __init__(self, count, addresses):
        self.viewers = [Viewer(number, addresses) for number in range(count)]
        for viewer in self.viewers:
            viewer.start()

    def requests(self):
        """All so far, in the order in which they were answered."""
        return sorted((request for viewer in self.viewers for request in list(viewer.requests)), key=lambda one: one.ended)

    def failed(self, since):
        """Those that were answered since then with an error, or not at all."""
        return [request for request in self.requests() if request.error and request.ended > since]

    def gap(self, since, seconds):
        """Waits so long, and says the longest time since then in which no report of somebody was acknowledged."""
        time.sleep(max(0, since + seconds - time.monotonic()))
        until = time.monotonic()
        longest = 0
        for viewer in self.viewers:
            told = [one.ended for one in list(viewer.requests) if one.is_report and not one.error and one.ended > since]
            moments = [since, *told, until]
            longest = max(longest, *(later - earlier for earlier, later in zip(moments, moments[1:])))
        return longest

    def go_home(self):
        """Ends the load, and says what is not as it was acknowledged."""
        for viewer in self.viewers:
            viewer.end.set()
        for viewer in self.viewers:
            viewer.join()
        wrong = [f"viewer {viewer.number}: {viewer.wrong}" for viewer in self.viewers if viewer.wrong]
        for viewer in self.viewers:
            wrong += viewer.compare()
        return wrong

    def acknowledged(self):
        return sum(one.is_report and not one.error for one in self.requests())
