"""The keys that Philomena's documents list for each object (seeds S1, S3; boards, 1.5, 1.6)."""

#: The "Image Responses" table of seed S1; S3 has three keys and `source_urls` more.
S1_IMAGE = {
    "aspect_ratio", "comment_count", "created_at", "deletion_reason", "description",
    "downvotes", "duplicate_of", "faves", "first_seen_at", "format", "height",
    "hidden_from_users", "id", "intensities", "mime_type", "name", "orig_sha512_hash",
    "processed", "representations", "score", "sha512_hash", "source_url", "spoilered",
    "tag_count", "tag_ids", "tags", "thumbnails_generated", "updated_at", "uploader",
    "uploader_id", "upvotes", "view_url", "width", "wilson_score",
}  # fmt: skip
S3_IMAGE = S1_IMAGE | {"animated", "duration", "size", "source_urls"}
NEWER = {"orig_size", "hides"}
STUB = {
    "id", "created_at", "updated_at", "first_seen_at", "deletion_reason", "duplicate_of",
    "hidden_from_users",
}  # fmt: skip
OEMBED = {
    "author_name", "author_url", "cache_age", "provider_name", "provider_url", "title", "type",
    "version",
}  # fmt: skip
SIZES = {"full", "large", "medium", "small", "tall", "thumb", "thumb_small", "thumb_tiny"}

#: "Response" tables of seeds S1 and S3 (the same for all but images).
COMMENT = {
    "author", "avatar", "body", "created_at", "edit_reason", "edited_at", "id", "image_id",
    "updated_at", "user_id",
}  # fmt: skip
FORUM = {"name", "short_name", "description", "topic_count", "post_count"}
TOPIC = {
    "slug", "title", "post_count", "view_count", "sticky", "last_replied_to_at", "locked",
    "user_id", "author",
}  # fmt: skip
POST = {
    "author", "avatar", "body", "created_at", "edit_reason", "edited_at", "id", "updated_at",
    "user_id",
}  # fmt: skip
TAG = {
    "aliased_tag", "aliases", "category", "description", "dnp_entries", "id", "images",
    "implied_by_tags", "implied_tags", "name", "name_in_namespace", "namespace",
    "short_description", "slug", "spoiler_image_uri",
}  # fmt: skip
USER = {
    "id", "name", "slug", "role", "description", "avatar_url", "created_at", "comments_count",
    "uploads_count", "posts_count", "topics_count", "links", "awards",
}  # fmt: skip
FILTER = {
    "id", "name", "description", "user_id", "user_count", "system", "public",
    "spoilered_tag_ids", "spoilered_complex", "hidden_tag_ids", "hidden_complex",
}  # fmt: skip
LINK = {"user_id", "created_at", "state", "tag_id"}
AWARD = {"image_url", "title", "id", "label", "awarded_on"}
#: S1 and S3 have `user`, `user_id`; the server has `creator`, `creator_id` since 2025-11.
GALLERY = {"description", "id", "spoiler_warning", "thumbnail_id", "title"}
OLD_GALLERY = GALLERY | {"user", "user_id"}
NEW_GALLERY = GALLERY | {"creator", "creator_id"}
