"""The command line: one file a group of verbs; what is heavy is imported inside the verbs."""
