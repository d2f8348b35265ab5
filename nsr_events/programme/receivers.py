def connect():
    """Nothing is connected yet."""
