"""The kinds of criteria that come with the portal: a module each."""
