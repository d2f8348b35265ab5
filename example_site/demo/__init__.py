"""The demo's content: three gatherings on the facts of public sources, in our own words, with invented people."""
