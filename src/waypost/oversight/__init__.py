"""Whether looking was right: emergency access, odd looks, samples for review, who may see whom."""
