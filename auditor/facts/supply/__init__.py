"""Which actions may run another commit tomorrow."""
