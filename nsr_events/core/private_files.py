"""Files that only our own views hand out: storage outside the media folder, and the response that carries one.

A Wagtail document lies under the public media folder, where its address works for whoever has it. These lie in
``STORAGES["nsr_events_private"]`` and are answered after the rules were asked, on each request.
"""

from __future__ import annotations

import mimetypes
import unicodedata
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from django.core.files.storage import Storage, storages
from django.db import models, transaction
from django.http import FileResponse, Http404, HttpResponse
from django.utils.text import slugify
from wagtail.coreutils import string_to_ascii

ALIAS = "nsr_events_private"
PRIVATE = "private, no-store"
SHARED = "public, max-age=60"
MOST_CHARACTERS = 100


class PrivateFileField(models.FileField):
    """A file in the private storage, which is looked up when it is used; migrations name neither it nor us."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("storage", None)
        super().__init__(*args, **kwargs)

    @property
    def storage(self) -> Storage:
        """The site's storage: a missing alias is told by a system check, not by an import that fails."""
        return storages[ALIAS]

    @storage.setter
    def storage(self, value: Storage) -> None:
        """``FileField`` sets a default one, which must never hold these files."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = models.Field.deconstruct(self)
        return name, "django.db.models.FileField", args, {**kwargs, "upload_to": ""}


def ascii_name(name: str) -> str:
    """The last part of a file name in plain letters: "Trusler og svar.PDF" becomes "trusler-og-svar.pdf"."""
    path = PurePosixPath(name.replace("\\", "/"))
    stem = slugify(string_to_ascii(path.stem))[:MOST_CHARACTERS].strip("-")
    return f"{stem or 'file'}{extension_of(name)}"


def extension_of(name: str) -> str:
    """ ".pdf", in small plain letters; empty where there is none."""
    letters = slugify(string_to_ascii(PurePosixPath(name.replace("\\", "/")).suffix.removeprefix(".")))
    return f".{letters}" if letters else ""


def shown_name(name: str) -> str:
    """The last part of a file name as it was typed, without what is no letter of a name."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    suffix = PurePosixPath(kept).suffix[:20]
    return unicodedata.normalize("NFC", kept.removesuffix(suffix)[:MOST_CHARACTERS] + suffix)


def answer_with_file(stored: Any, name: str, *, shared: bool = False) -> HttpResponse:
    """Answer with a stored file as an attachment called ``name``. Raises ``Http404`` when it is not there.

    ``shared`` lets caches keep it, for what everybody may open. The name goes out twice (RFC 6266, section 4.3):
    in plain letters, and as it was typed.
    """
    try:
        opened = stored.open("rb")
    except OSError:
        raise Http404("The file is not in the storage.") from None
    kind = mimetypes.guess_type(ascii_name(name))[0] or "application/octet-stream"
    response = FileResponse(opened, content_type=kind)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name(name)}\"; filename*=UTF-8''{quote(shown_name(name), safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    # Should a browser show it after all, it runs nothing and fetches nothing.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = SHARED if shared else PRIVATE
    return response


def delete_later(stored: Any) -> None:
    """Remove a file from the storage when the transaction that takes its row away is committed."""
    if stored:
        storage, name = stored.storage, stored.name
        transaction.on_commit(lambda: storage.delete(name))
