"""What is to be taken away is never taken for what is to be given."""

import pytest

from dialogs.taken_away import taken


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("fjern Ole Bang fra postkassen Telefoni", "access"),
        ("Ole skal ikke have adgang til postkassen Telefoni længere", "access"),
        ("tag Ole af fællespostkassen Aktindsigt", "access"),
        ("luk lige for Oles adgang til Telefoni", "access"),
        ("Sofie er rejst, luk hendes adgang til postkassen Aktindsigt", "access"),
        ("fratag Ole send som på Telefoni", "access"),
        ("jeg skal ikke længere have adgang til postkassen Telefoni", "access"),
        ("remove Ole from the shared mailbox Telefoni", "access"),
        ("slet postkassen Telefoni", "mailbox"),
        ("nedlæg vores fællespostkasse", "mailbox"),
        ("giv Ole adgang til postkassen Telefoni", ""),
        ("Mette er stoppet, giv Sofie adgang til postkassen Telefoni", ""),
        ("luk Ole ind i postkassen Telefoni", ""),
        ("jeg kan ikke slette mails i postkassen Telefoni", ""),
        ("slå autosvaret fra på postkassen Telefoni", ""),
        ("jeg har mistet adgangen til Telefoni, giv mig den igen", ""),
    ],
)
def test_what_is_taken_away(text: str, what: str) -> None:
    assert taken(text) == what
