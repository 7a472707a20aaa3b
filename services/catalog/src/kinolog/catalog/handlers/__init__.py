"""What the catalog does: it folds the log into rows (`projection`) and answers questions about them (`questions`)."""
