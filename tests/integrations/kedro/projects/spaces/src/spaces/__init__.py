"""The same steps for several regions: namespaces, nested ones, and a catalogue of patterns."""
