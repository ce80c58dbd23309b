"""The addresses of every register under /records/."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.urls import URLPattern, path

from ..declare import RecordType, registry
from . import bulk, changes, exports, files, imports, lists, pages, saved

app_name = "records"


def addresses(record: RecordType) -> list[URLPattern]:
    slug = record.slug

    def at(route: str, view: Callable[..., Any], name: str = "") -> URLPattern:
        full = f"{slug}-{name}" if name else slug
        return path(f"{slug}/{route}", partial(view, record=record), name=full)

    found = [
        at("", lists.listing),
        at("pick/", lists.pick, "pick"),
        at("export/", exports.export, "export"),
        at("many/<slug:name>/", bulk.choose, "choose"),
        at("many/batch/<uuid:pk>/", bulk.batch, "batch"),
        at("columns/", saved.columns, "columns"),
        at("views/", saved.save, "save-view"),
        at("views/<int:pk>/remove/", saved.remove, "remove-view"),
    ]
    if record.is_editable:
        found += [
            at("new/", changes.new, "new"),
            at("import/", imports.upload, "import"),
            at("import/template/", imports.template, "template"),
            at("import/<uuid:pk>/", imports.preview, "preview"),
            at("import/<uuid:pk>/errors/", imports.errors, "errors"),
            at("<str:pk>/edit/", changes.edit, "edit"),
        ]
    if record.has_attachments:
        found += [
            at("<str:pk>/files/", files.attach, "attach"),
            at("<str:pk>/files/<uuid:file>/", files.attachment, "file"),
            at("<str:pk>/files/<uuid:file>/remove/", files.remove_attachment, "remove-file"),
        ]
    if record.has_notes:
        found += [
            at("<str:pk>/notes/", files.note, "note"),
            at("<str:pk>/notes/<int:number>/withdraw/", files.withdraw_note, "withdraw-note"),
        ]
    return [
        *found,
        at("<str:pk>/", pages.page, "page"),
        at("<str:pk>/beside/", pages.beside, "beside"),
        at("<str:pk>/unmask/", pages.unmask, "unmask"),
        at("<str:pk>/do/<slug:name>/", changes.act, "act"),
    ]


urlpatterns = [
    path("places/", lists.places_step, name="places"),
    *(pattern for record in registry.values() for pattern in addresses(record)),
]
