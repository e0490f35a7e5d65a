"""What a post is, before anybody decides whether it may be shown. Pure: no input, no output."""
