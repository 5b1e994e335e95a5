"""Superset's REST interface, as far as it is used here."""

from typing import Any

import requests

from orchestration.errors import StrataError

TIMEOUT_SECONDS = 120


class SupersetClient:
    """One user's session with a running Superset.

    Parameters
    ----------
    url
        Where it listens, without a path.
    user, password
        Of an account of its own database.
    """

    def __init__(self, url: str, *, user: str, password: str) -> None:
        self.url = url
        self.session = requests.Session()
        # Nothing between us and loopback: a proxy of the environment would not find it.
        self.session.trust_env = False
        account = {"username": user, "password": password, "provider": "db", "refresh": False}
        token = self.post("/api/v1/security/login", json=account)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        csrf = self.get("/api/v1/security/csrf_token/")["result"]
        self.session.headers.update({"X-CSRFToken": csrf, "Referer": url})

    def close(self) -> None:
        """Give the connection back; the session at the other end runs out by itself."""
        self.session.close()

    def get(self, path: str) -> dict[str, Any]:
        """Return what stands at a path.

        Raises
        ------
        StrataError
            If Superset refuses, with its own words, or does not answer.
        """
        return self._answer("GET", path)

    def post(self, path: str, **content: Any) -> dict[str, Any]:
        """Send something to a path; raises as `get` does."""
        return self._answer("POST", path, **content)

    def put(self, path: str, **content: Any) -> dict[str, Any]:
        """Replace what stands at a path; raises as `get` does."""
        return self._answer("PUT", path, **content)

    def import_bundle(self, content: bytes) -> None:
        """Import databases, datasets, charts and dashboards over those of the same uuid."""
        self.post("/api/v1/assets/import/", files={"bundle": ("strata.zip", content)})

    def _answer(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        try:
            response = self.session.request(
                method, self.url + path, timeout=TIMEOUT_SECONDS, **content
            )
        except requests.RequestException as error:
            raise StrataError(f"Superset did not answer {method} {path}: {error}") from error
        if not response.ok:
            raise StrataError(
                f"Superset answered {response.status_code} to {method} {path}: "
                f"{response.text[:2000]}"
            )
        answer: dict[str, Any] = response.json()
        return answer
