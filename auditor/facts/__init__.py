"""What is computed once over the model and shared by all rules."""


class Facts:
    """The facts of one repository."""
