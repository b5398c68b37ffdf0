"""The key by which a force without an account answers: it stands in the file that was sent to it.

It is made from a secret of this installation and kept nowhere: whoever shows it holds the file.
"""

from __future__ import annotations

import hashlib
import hmac

from waypost.home import secret


def answer_key(notification_id: int, number: int) -> str:
    """Of one paper about the notification. number: which paper, from 1"""
    said = f"answer to notification {notification_id}, paper {number}"
    return hmac.new(secret("policing"), said.encode(), hashlib.sha256).hexdigest()


def fits(key: str, notification_id: int, number: int) -> bool:
    return hmac.compare_digest(key.encode(), answer_key(notification_id, number).encode())
