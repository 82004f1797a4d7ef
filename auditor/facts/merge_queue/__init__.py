"""What a merge queue's commit is not tested by."""
