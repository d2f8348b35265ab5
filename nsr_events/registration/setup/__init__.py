"""The tab Registration of the workspace: how people register, in which groups, what they are asked."""
