"""A file sent by a form (multipart/form-data), read once and whole; how long it may be is the application's to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import UploadFile

MOST_FILE_BYTES = 16 * 1024 * 1024
"""About two years of a sensor's export; it is held in memory while its rows are read."""

_FILE = "file"
_MOST_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A form's fields and its file: what the browser calls it, and its bytes."""

    fields: Mapping[str, str]
    name: str
    content: bytes


def is_upload(request: Request) -> bool:
    """True for a form with a file."""
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def upload(request: Request) -> Upload:
    """The form with its file, to be asked for after who asks; raises 422."""
    known: Upload | None = getattr(request.state, "upload", None)
    if known is None:
        known = request.state.upload = await _read(request)
    return known


TheUpload = Annotated[Upload, Depends(upload)]


async def _read(request: Request) -> Upload:
    if not is_upload(request):
        raise HTTPException(422, "send the file in a form (multipart/form-data), in the field `file`")
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        file = form.get(_FILE)
        if not isinstance(file, UploadFile):
            raise HTTPException(422, "send the file in the form's field `file`")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return Upload(fields, file.filename or "", await file.read())
