"""Which fields of a post follow what people think of it."""

#: They change without touching `updated_at` (reference: boards, 4a).
VOTE_FIELDS = frozenset(
    {"score", "upvotes", "downvotes", "faves", "hides", "wilson_score", "comment_count"}
)
