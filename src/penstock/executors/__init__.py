"""Ways to have attempts made: `local` in worker processes of this machine, `inline` in this process."""
