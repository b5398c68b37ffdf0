"""Who is who: ids of persons, checked; likely duplicates; two records found to be one person."""
