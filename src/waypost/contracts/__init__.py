"""What the provider is told of each order, and what it tells back: told, received, asked, late.

values, lifecycle   the words, the one table, the clocks
taking              the lane that writes a contract for every change of an order
actions, queries    receive, ask back, answer; the lists, and what the provider reports
"""
