"""Conversations are kept by the server, and one user's are nobody else's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import func, select

from assistant.history import History, new_session
from ingest.entities import User
from ingest.errors import BadRequest, UnknownSession
from ingest.records import Records
from ingest.tables import messages, sessions

ANA = User(id="u1", name="Ana Reyes")
BO = User(id="u2", name="Bo Lind")
MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite")


@pytest.fixture
def history(records: Records) -> History:
    return History(records)


def say(history: History, user: User, session: str, question: str, minutes: int = 0) -> None:
    history.append(
        user,
        session,
        question=question,
        answer={"answer": f"about {question}", "kind": "answer"},
        dialogue={"language": "en", "last": question},
        at=MORNING + timedelta(minutes=minutes),
    )


def test_a_conversation_comes_back_as_it_was_after_a_restart(history: History, tmp_path: Path) -> None:
    say(history, ANA, "s1", "Who are my hottest leads?")
    say(history, ANA, "s1", "Why the first one?", 1)

    again = History(Records(tmp_path / "records.sqlite"))

    assert [turn.question for turn in again.turns(ANA, "s1")] == [
        "Who are my hottest leads?",
        "Why the first one?",
    ]
    assert again.turns(ANA, "s1")[0].answer == {"answer": "about Who are my hottest leads?", "kind": "answer"}
    assert again.dialogue(ANA, "s1") == {"language": "en", "last": "Why the first one?"}


def test_the_last_used_conversation_stands_first(history: History) -> None:
    say(history, ANA, "old", "first")
    say(history, ANA, "new", "second", 1)
    say(history, ANA, "old", "third", 2)

    assert [session.id for session in history.sessions(ANA)] == ["old", "new"]


def test_a_title_is_the_first_question_in_one_short_line(history: History) -> None:
    say(history, ANA, "s1", "Which deals\n\n close this month? " + "x" * 200)

    title = history.sessions(ANA)[0].title

    assert title.startswith("Which deals close this month? xxx")
    assert len(title) == 80


def test_another_users_conversation_is_unknown(history: History) -> None:
    say(history, ANA, "s1", "secret")

    assert history.sessions(BO) == []
    assert history.dialogue(BO, "s1") == {}
    assert history.has(ANA, "s1")
    assert not history.has(BO, "s1")
    for attempt in (history.turns, history.delete):
        with pytest.raises(UnknownSession) as foreign:
            attempt(BO, "s1")
        with pytest.raises(UnknownSession) as missing:
            attempt(BO, "never was")
        assert str(foreign.value) == str(missing.value)
    with pytest.raises(UnknownSession):
        history.rename(BO, "s1", "mine now")
    assert history.sessions(ANA)[0].title == "secret"


def test_two_users_may_give_the_same_name_to_their_conversations(history: History) -> None:
    say(history, ANA, "s1", "of Ana")
    say(history, BO, "s1", "of Bo")

    assert [turn.question for turn in history.turns(ANA, "s1")] == ["of Ana"]
    assert [turn.question for turn in history.turns(BO, "s1")] == ["of Bo"]
    assert history.dialogue(BO, "s1")["last"] == "of Bo"

    history.delete(BO, "s1")

    assert [turn.question for turn in history.turns(ANA, "s1")] == ["of Ana"]


def test_deleting_leaves_nothing_of_it(history: History, records: Records) -> None:
    say(history, ANA, "s1", "going")
    say(history, ANA, "s2", "staying")

    history.delete(ANA, "s1")

    with records.engine.connect() as connection:
        assert connection.execute(select(messages.c.session_id)).scalars().all() == ["s2"]
        assert connection.execute(select(func.count()).select_from(sessions)).scalar() == 1


def test_renaming_keeps_the_new_title_when_the_talk_goes_on(history: History) -> None:
    say(history, ANA, "s1", "first")
    history.rename(ANA, "s1", "  Monday   plan ")
    say(history, ANA, "s1", "second")

    assert history.sessions(ANA)[0].title == "Monday plan"
    with pytest.raises(BadRequest):
        history.rename(ANA, "s1", "  ")


def test_two_users_talking_at_once_do_not_cross(history: History) -> None:
    def talk(user: User) -> None:
        for n in range(25):
            say(history, user, f"s{n % 3}", f"{user.id} {n}")

    threads = [Thread(target=talk, args=(user,)) for user in (ANA, BO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for user in (ANA, BO):
        said = [turn.question for n in range(3) for turn in history.turns(user, f"s{n}")]
        assert sorted(said) == sorted(f"{user.id} {n}" for n in range(25))


def test_ids_cannot_be_guessed() -> None:
    made = {new_session() for _ in range(1000)}

    assert len(made) == 1000
    assert min(len(each) for each in made) >= 22  # 128 bits and more
