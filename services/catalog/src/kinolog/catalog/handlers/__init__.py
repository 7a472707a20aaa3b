"""What the catalog does: it folds the log into rows (`projection`), answers questions about them (`questions` and
`work_questions`), and does what follows from the log (the process managers, whose frame is `manager`).
"""
