"""Who may do what, where: users, posts (a role at an area), the matrix of roles, the row scope."""
