"""A sentence that takes back the fault it speaks of."""

import pytest

from assistant.scoring.denial import denies, denies_need


@pytest.mark.parametrize(
    ("text", "is_denied"),
    [
        ("There were no complaints at all.", True),
        ("Data protection is not a worry for us.", True),
        ("I do not find it expensive for what it does.", True),
        ("Es gab keine Probleme.", True),
        ("No tuvimos ningún problema.", True),
        ("一点也不慢", True),
        ("The system is slow.", False),
        ("Nobody answers, and that is a problem.", False),
    ],
)
def test_a_denied_fault_is_told(text: str, is_denied: bool) -> None:
    assert denies(text) is is_denied


@pytest.mark.parametrize(
    ("text", "is_denied"),
    [
        ("We have no need for a mobile app.", True),
        ("Wir haben dafür keinen Bedarf.", True),
        ("我们不需要这个", True),
        ("We need a mobile app.", False),
    ],
)
def test_a_denied_need_is_told(text: str, is_denied: bool) -> None:
    assert denies_need(text) is is_denied
