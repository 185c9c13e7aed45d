"""What a browser sends is received no further than an import may be large."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

from annotation.importing.reading import LARGEST_FILE

OTHER_FIELDS = 1024**2


class RefuseTooLarge(FileUploadHandler):
    """Of a file beyond the limit nothing is kept but its name and size, so that its form can refuse it in words.

    The rest is read and dropped: a browser shows no answer before it has sent everything.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.too_large = False

    def handle_raw_input(self, *args: Any, **more: Any) -> None:
        content_length = args[2]
        self.too_large = content_length > LARGEST_FILE + OTHER_FIELDS

    def new_file(self, *args: Any, **more: Any) -> None:
        super().new_file(*args, **more)
        if self.too_large:
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.too_large |= start + len(raw_data) > LARGEST_FILE
        return None if self.too_large else raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        if not self.too_large:
            return None
        return UploadedFile(BytesIO(), self.file_name, self.content_type, file_size, self.charset)
