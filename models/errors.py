"""The errors of the mathematics whose words are meant for people."""


class ArtifactError(ValueError):
    """A stored model that is missing, incomplete or not what was written."""
