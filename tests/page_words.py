"""What a page says, without the one thing in it that is random."""

from __future__ import annotations

import re


def without_token(html: str) -> str:
    """A form's token is 64 letters and digits at random: any two of them may stand in it."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)
