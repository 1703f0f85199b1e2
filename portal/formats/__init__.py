"""How Django itself writes and reads days where it differs from the portal's pages (`common.formats`)."""
