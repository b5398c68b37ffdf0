"""Young Adult Court: sittings, who is listed, reports made from facts, what the court said, when
next."""
