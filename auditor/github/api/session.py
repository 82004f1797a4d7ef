"""A session of `requests` for one host, which takes nothing from its surroundings and follows nothing.

`requests` is slow to import, so this module is imported where a session is made.
"""

from __future__ import annotations

import ssl
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

from requests import Response, Session
from requests.adapters import HTTPAdapter

from auditor.errors import UsageError

_CONNECTIONS = 102
"""As many as may be used at once, so that none is thrown away."""


class OneHost(Session):
    """Sends to addresses that begin with `origin`. `proxy` is empty for none. Threads may share it.

    Raises `UsageError` for a proxy that can't be used.
    """

    def __init__(self, origin: str, proxy: str) -> None:
        super().__init__()
        self.trust_env = False  # No .netrc, no certificates and no proxies but ours.
        self.headers.clear()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        adapter = _Adapter(ssl.create_default_context() if origin.startswith("https:") else None)
        self.adapters.clear()
        self.mount(origin, adapter)
        if proxy:
            self.proxies["https"] = proxy
            try:
                parts = urlsplit(proxy)
                if parts.scheme not in ("http", "https") or not parts.hostname:
                    raise ValueError
                # Now, so that it isn't made by two threads at once.
                adapter.proxy_manager_for(proxy)
            except ValueError:
                help = "Write it as http://HOST:PORT in HTTPS_PROXY."
                raise UsageError("that is no address of a proxy", help=help) from None

    def get_redirect_target(self, resp: Response) -> None:
        """Nowhere. Even where none is followed, `requests` reads a redirect's body, and in no bounds."""


class _Adapter(HTTPAdapter):
    """Takes the certificates that `context` takes, and no others."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=_CONNECTIONS)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: object
    ) -> None:
        """Makes the connections that go to the host itself."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: object) -> object:
        """Makes the connections that go by a proxy."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **proxy_kwargs)

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Leaves it to the context: `requests` would have it trust certificates of its own, too."""
