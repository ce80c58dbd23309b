"""Who may do what, for people to read: the access file as a table for each subject."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..labels import label_of_level, words_of
from ..matrix import matrix
from ..services import require
from .own import user_of

ORDER = ("view", "add", "change", "import", "export", "unmask")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    require(actor=user_of(request), verb="view", subject="page.access")
    found = matrix()
    roles = list(found.roles.values())
    subjects = []
    for subject in found.subjects():
        words = words_of(subject)
        verbs = {verb for role in roles for verb in role.grants.get(subject, ())}
        known = [*ORDER, *words.verbs]
        ordered = sorted(verbs, key=lambda v: (known.index(v) if v in known else len(known), v))
        rows = [
            {
                "label": words.verb(verb),
                "verb": verb,
                "allowed": [(role, role.allows(verb, subject)) for role in roles],
            }
            for verb in ordered
        ]
        subjects.append({"name": subject, "label": words.label, "rows": rows})
    context = {
        "subjects": subjects,
        "roles": [
            {
                "role": role,
                "level": label_of_level(role.level),
                "apart": [found.roles[name].label for name in sorted(role.incompatible)],
            }
            for role in roles
        ],
        "title": _("权限一览"),
    }
    return render(request, "access/matrix.html", context)
