"""What a release needs now and then, done from outside through kubectl: a backup of its database, and the way back."""
