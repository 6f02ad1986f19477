"""Believable histories, made up row by row from one number: the same arguments give the same store."""
