"""Pure rules: what makes a request acceptable, and what the history of a job adds up to."""
