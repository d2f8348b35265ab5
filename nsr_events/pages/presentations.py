def register():
    """Nothing is registered yet."""
