"""How large an input may be. One home: records, the API and its OpenAPI document read it."""

from typing import Final

MAX_ITEMS: Final = 100
"""Items in one scoring request."""

MAX_FEEDBACK_ITEMS: Final = 1_000
"""Items in one feedback request."""

MAX_CHARACTERS: Final = 200_000
"""Unicode code points over all texts of one request."""

MAX_BODY_BYTES: Final = 4_000_000
"""Bytes of one request body: 200,000 characters escaped as JSON, and the field names."""

MAX_TEXT: Final = 20_000
"""Code points of ``text``, ``description``, ``ocr_text``."""

MAX_TITLE: Final = 500
MAX_NAME: Final = 500
MAX_ATTRIBUTES: Final = 200
MAX_SKUS: Final = 500
