"""Computes the SIMILAR edges of Reelgraph on Spark: the same edges as the server does, from the same watches."""
