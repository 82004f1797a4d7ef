"""The languages of what is audited: text to trees that know their places."""
