"""Why one architecture became another: stories of comparisons, in every language of the site."""
