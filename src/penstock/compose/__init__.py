"""The one room that knows everybody: settings, folders, and what is plugged into what."""
