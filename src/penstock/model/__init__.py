"""Values and laws of Penstock: standard library only, no clock, no disk, no SQL."""
