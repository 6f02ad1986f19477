"""What happens in the store, told to browsers as it happens (server-sent events). The only room that is async.

Poller (one thread)    reads what changed, writes it as bytes once
  Hub (event loop)     hands the bytes to all readers
    Reader (a stream)  a queue of bytes with a bound; who is too slow starts over from a snapshot
"""
