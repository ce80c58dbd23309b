from django.utils.translation import override

from jimin.foundation.access.labels import words_of
from jimin.foundation.access.matrix import matrix


def test_everything_the_access_file_names_has_chinese_words() -> None:
    bare = []
    with override("zh-hans"):
        for subject in matrix().subjects():
            words = words_of(subject)
            verbs = {v for role in matrix().roles.values() for v in role.grants.get(subject, ())}
            bare += [subject] if str(words.label).isascii() else []
            bare += [f"{subject} {v}" for v in sorted(verbs) if str(words.verb(v)).isascii()]
    assert bare == []
