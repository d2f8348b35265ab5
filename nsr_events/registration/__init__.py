"""Registration: who comes, who waits, and how they say so. ``seats`` alone changes a status, days or bookings."""
