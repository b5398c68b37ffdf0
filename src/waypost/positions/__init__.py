"""What is known of where: schema, quality, log, lake, tracks."""
