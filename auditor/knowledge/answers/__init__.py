"""What commands, calls and actions tell a script: which texts of GitHub are in their answers."""
