"""How static files are stored: hashed names, and compressed once where people load them often."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Seldom opened and large: brotli would spend twenty seconds on them before the first page is served.
RARELY_SERVED = ("admin/", "drf_spectacular_sidecar/", "rest_framework/")


class HashedAndCompressed(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        yield from super().compress_files([path for path in paths if not path.startswith(RARELY_SERVED)])
