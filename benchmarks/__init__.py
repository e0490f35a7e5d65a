"""What is measured: reports, on which nothing passes or fails."""
