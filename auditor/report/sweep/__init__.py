"""The report on all repositories of an organisation: a document, and what renders it."""
