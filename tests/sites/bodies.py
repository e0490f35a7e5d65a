"""Bodies as the sites send them: whole ones, captured ones, and any JSON value at all."""

import json
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.reference_data import CAPTURES

IMAGE: dict[str, Any] = {
    "id": 101,
    "created_at": "2026-07-10T12:00:00Z",
    "updated_at": "2026-07-10T12:00:00",
    "first_seen_at": "2026-07-10T14:00:00+02:00",
    "width": 100,
    "height": 50,
    "mime_type": "image/png",
    "size": 1024,
    "orig_size": 2048,
    "duration": 0.0,
    "animated": False,
    "format": "png",
    "aspect_ratio": 2,
    "name": "test.png",
    "sha512_hash": "00",
    "orig_sha512_hash": None,
    "tags": ["safe", "pony"],
    "tag_ids": [1, 2],
    "tag_count": 2,
    "uploader": None,
    "uploader_id": None,
    "wilson_score": 0,
    "intensities": {"nw": 1.5, "ne": 2, "sw": 3.0, "se": 4.0},
    "score": 3,
    "upvotes": 4,
    "downvotes": 1,
    "faves": 2,
    "hides": 0,
    "comment_count": 5,
    "description": "",
    "source_url": "https://example.com/1",
    "source_urls": ["https://example.com/1", "two"],
    "view_url": "/img/view/2026/7/10/101__safe.png",
    "representations": {
        "full": "//derpicdn.net/img/view/101.png",
        "thumb": "http://derpicdn.net/t.png",
    },
    "thumbnails_generated": True,
    "processed": True,
    "spoilered": False,
    "deletion_reason": None,
    "duplicate_of": None,
    "hidden_from_users": False,
}

TWI: dict[str, Any] = {
    **{
        k: v for k, v in IMAGE.items() if k not in {"uploader", "uploader_id", "hides", "spoilered"}
    },
    "media_type": "image",
    "created_at": "2020-07-08T22:26:55.743Z",
    "locations": [
        {
            "id_at_location": 7,
            "location": "derpibooru",
            "url_at_location": "https://derpibooru.org/images/7",
        }
    ],
}

PONY: dict[str, Any] = {
    "id": 5067491655024640,
    "derpiId": 1523751,
    "tags": ["safe", "artist:celebi-yoshi"],
    "sourceURL": "http://celebi-yoshi.deviantart.com/art/1",
    "width": 1981,
    "height": 1490,
    "aspectRatio": 1.3295,
    "mimeType": "image/png",
    "originalFormat": "PNG",
    "representations": {
        "full": "https://pones.theponyapi.com/f/full",
        "thumbSmall": "https://pones.theponyapi.com/f/thumb_small",
    },
}


def capture(name: str) -> Any:
    path = CAPTURES / name
    if not path.exists():
        pytest.skip(f"the captured body ../shared/data/captures/{name} is not here")
    return json.loads(path.read_text())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
