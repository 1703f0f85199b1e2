"""The status mail: how each partner stands in each program, told once a week. Rules: docs/status-mails.md."""
