"""Who must act: lifecycle, inbox."""
