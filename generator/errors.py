"""Decides which things can go wrong, and which exit code each of them deserves."""


class ArchatlasError(Exception):
    """Root of every error the tool raises on purpose; its message is for the user."""

    exit_code = 1


class RequestError(ArchatlasError):
    """The request cannot be carried out as made: the message says what, where, what next."""

    exit_code = 2


class CaptureError(ArchatlasError):
    """One model could not be captured; the others go on."""


class StoreError(ArchatlasError):
    """A stored capture is missing, damaged or foreign."""


class RenderError(ArchatlasError):
    """The site could not be written from records that are themselves fine."""


class DiskError(RequestError):
    """A folder cannot take what it shall hold: no permission, no space, something in the way."""
