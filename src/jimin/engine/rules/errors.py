"""What the engine says when it refuses. The texts are Chinese: policy officers read them."""


class PolicyError(Exception):
    """Something the reader can put right: the text says what, where and how."""


class DefinitionError(PolicyError):
    """A rule is written in a way that cannot be trusted; found before any case is assessed."""


class PolicyMismatch(PolicyError):
    """The city run and the exact interpreter disagree, so nothing may be published."""
