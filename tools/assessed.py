"""Whether each column, purpose and way out of the house is signed for (assessment/signed.toml)."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")

import django


def main() -> int:
    django.setup()
    from waypost import clock
    from waypost.assessment.gathering import running
    from waypost.assessment.signing import read_signed, unsigned

    troubles = list(unsigned(running(now=clock.now(), stored=False), read_signed()))
    print("\n".join(troubles), end="\n" if troubles else "")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
